/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes Prometheus' text format, row by row; see prometheus.h. */
#include "config.h"

#include "status/prometheus.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "status/prometheus_rows.h"
#include "util/clock.h"
#include "util/utf8.h"

#define LABEL_BYTES 1024 /* of a name; longer ones are cut */

/* ---- pieces ------------------------------------------------------------- */

static void put_label(struct buf *ret, const char *name, const char *value)
{
	char clean[3 * LABEL_BYTES + 1];
	size_t len = strnlen(value, LABEL_BYTES);

	utf8_repair(value, len, 0, clean);
	buf_printf(ret, "%s=\"", name);
	for (const char *p = clean; *p; p++) {
		if (*p == '\n')
			buf_puts(ret, "\\n");
		else if (*p == '\\' || *p == '"')
			buf_printf(ret, "\\%c", *p);
		else
			buf_putc(ret, *p);
	}
	buf_putc(ret, '"');
}

static void put_seconds(struct buf *ret, uint64_t ns)
{
	const uint64_t second = NS_PER_SECOND;

	buf_printf(ret, "%" PRIu64 ".%09" PRIu64, ns / second, ns % second);
}

static void put_header(struct buf *ret, const char *name, const char *type,
		       const char *help)
{
	buf_printf(ret, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* Name and labels of a sample. */
static void put_name(struct buf *ret, const char *name,
		     const struct spool_status *spool, const char *endpoint,
		     const char *label)
{
	buf_printf(ret, "%s{", name);
	put_label(ret, "spool", spool->name);
	if (endpoint) {
		buf_putc(ret, ',');
		put_label(ret, "endpoint", endpoint);
	}
	if (label)
		buf_printf(ret, ",%s", label);
	buf_puts(ret, "} ");
}

static void put_sample(struct buf *ret, const struct prometheus_row *row,
		       const struct spool_status *spool, const char *endpoint,
		       const void *values)
{
	const char *at = (const char *)values + row->offset;
	uint64_t value = 0;
	bool flag = false;

	if (row->kind == KIND_FLAG) {
		memcpy(&flag, at, sizeof(flag));
		value = flag;
	} else {
		memcpy(&value, at, sizeof(value));
	}
	if (row->kind == KIND_TIME && !value)
		return;
	put_name(ret, row->name, spool, endpoint, row->label);
	if (row->kind == KIND_TIME)
		put_seconds(ret, value);
	else
		buf_printf(ret, "%" PRIu64, value);
	buf_putc(ret, '\n');
}

/* ---- the tables --------------------------------------------------------- */

static void put_row_of_spools(struct buf *ret, const struct prometheus_row *row,
			      const struct host_status *status)
{
	for (size_t i = 0; i < status->n; i++)
		if (!*status->spools[i].problem)
			put_sample(ret, row, &status->spools[i], NULL,
				   &status->spools[i]);
}

/* Calls put for each endpoint of each spool. */
static void each_endpoint(struct buf *ret, const struct prometheus_row *row,
			  const struct host_status *status,
			  void (*put)(struct buf *ret,
				      const struct prometheus_row *row,
				      const struct spool_status *spool,
				      const struct endpoint_metrics *endpoint))
{
	for (size_t i = 0; i < status->n; i++) {
		const struct spool_status *spool = &status->spools[i];

		for (size_t j = 0; j < METRICS_ENDPOINTS && !*spool->problem;
		     j++)
			if (*spool->metrics.endpoints[j].name)
				put(ret, row, spool,
				    &spool->metrics.endpoints[j]);
	}
}

static void put_endpoint(struct buf *ret, const struct prometheus_row *row,
			 const struct spool_status *spool,
			 const struct endpoint_metrics *endpoint)
{
	put_sample(ret, row, spool, endpoint->name, endpoint);
}

static bool begins_metric(const struct prometheus_row *rows,
			  const struct prometheus_row *row)
{
	return row == rows || strcmp(row->name, row[-1].name) != 0;
}

#define DURATION METRIC_PREFIX "export_duration_seconds"

static void put_count(struct buf *ret, const char *name,
		      const struct spool_status *spool,
		      const struct endpoint_metrics *endpoint,
		      const char *bound, uint64_t n)
{
	put_name(ret, name, spool, endpoint->name, bound);
	buf_printf(ret, "%" PRIu64 "\n", n);
}

static void put_histogram(struct buf *ret, const struct prometheus_row *row,
			  const struct spool_status *spool,
			  const struct endpoint_metrics *endpoint)
{
	const struct histogram *histogram = &endpoint->duration;
	uint64_t n = 0;
	char bound[48];

	(void)row;
	for (unsigned i = 0; i < HISTOGRAM_BOUNDS; i++) {
		n += histogram->buckets[i];
		snprintf(bound, sizeof(bound), "le=\"%g\"",
			 (double)histogram_bounds[i] / (double)NS_PER_SECOND);
		put_count(ret, DURATION "_bucket", spool, endpoint, bound, n);
	}
	n += histogram->buckets[HISTOGRAM_BOUNDS];
	put_count(ret, DURATION "_bucket", spool, endpoint, "le=\"+Inf\"", n);
	put_name(ret, DURATION "_sum", spool, endpoint->name, NULL);
	put_seconds(ret, histogram->sum_ns);
	buf_putc(ret, '\n');
	put_count(ret, DURATION "_count", spool, endpoint, NULL, n);
}

static void put_host(struct buf *ret, const struct host_status *status,
		     uint64_t limit)
{
	put_header(ret, METRIC_PREFIX "build_info", "gauge",
		   "The version of slurm-otel.");
	buf_puts(ret, METRIC_PREFIX "build_info{version=\"" PACKAGE_VERSION
				    "\"} 1\n");
	put_header(ret, METRIC_PREFIX "spool_size_limit_bytes", "gauge",
		   "SpoolMaxSize: how large each spool may become.");
	buf_printf(ret, METRIC_PREFIX "spool_size_limit_bytes %" PRIu64 "\n",
		   limit);
	if (!status->n)
		return;
	put_header(ret, METRIC_PREFIX "spool_readable", "gauge",
		   "0 when the spool could not be read: it then has no other "
		   "metrics.");
	for (size_t i = 0; i < status->n; i++) {
		put_name(ret, METRIC_PREFIX "spool_readable",
			 &status->spools[i], NULL, NULL);
		buf_printf(ret, "%d\n", !*status->spools[i].problem);
	}
}

void prometheus_write(const struct host_status *status, uint64_t limit,
		      struct buf *ret)
{
	const struct prometheus_row *row;

	put_host(ret, status, limit);
	if (!status->n)
		return;
	for (row = prometheus_spool_rows; row->name; row++) {
		if (begins_metric(prometheus_spool_rows, row))
			put_header(ret, row->name, row->type, row->help);
		put_row_of_spools(ret, row, status);
	}
	for (row = prometheus_endpoint_rows; row->name; row++) {
		if (begins_metric(prometheus_endpoint_rows, row))
			put_header(ret, row->name, row->type, row->help);
		each_endpoint(ret, row, status, put_endpoint);
	}
	put_header(ret, DURATION, "histogram",
		   "How long attempts to send a batch took.");
	each_endpoint(ret, NULL, status, put_histogram);
}
