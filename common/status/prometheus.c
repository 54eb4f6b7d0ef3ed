/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes Prometheus' text format; see prometheus.h.  Two tables say what there
 * is: a row is a metric, or, when it repeats the name of the row before, one
 * more label value of that metric.
 */
#include "config.h"

#include "status/prometheus.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "util/clock.h"
#include "util/utf8.h"

#define LABEL_BYTES 1024 /* of a name; longer ones are cut */

enum kind {
	KIND_NUMBER,
	KIND_FLAG, /* of type bool */
	KIND_TIME, /* nanoseconds; 0 is left out */
};

struct row {
	const char *name, *type, *help;
	const char *label; /* one more, with its value; NULL: none */
	size_t offset;
	enum kind kind;
};

#define SPOOL(field) .offset = offsetof(struct spool_status, field)
#define ENDPOINT(field) .offset = offsetof(struct endpoint_metrics, field)
#define PREFIX "slurm_otel_"
#define DROPPED                                                                \
	.name = PREFIX "spans_dropped_total", .type = "counter",               \
	.help = "Spans that were lost, by reason; a run of damaged bytes "     \
		"(torn) counts as one."
#define COMMENTS                                                               \
	.name = PREFIX "comments_total", .type = "counter",                    \
	.help = "Comments of jobs that were to show the trace id."
#define EXPORTS                                                                \
	.name = PREFIX "exports_total", .type = "counter",                     \
	.help = "Attempts to send a batch, by what became of them."

static const struct row spool_rows[] = {
	{ .name = PREFIX "agent_up",
	  .type = "gauge",
	  .help = "1 while an agent serves the spool, as of the last write "
		  "of this file.",
	  SPOOL(served),
	  .kind = KIND_FLAG },
	{ .name = PREFIX "agent_starts_total",
	  .type = "counter",
	  .help = "Agents started on this spool.",
	  SPOOL(metrics.agent.starts) },
	{ .name = PREFIX "agent_start_timestamp_seconds",
	  .type = "gauge",
	  .help = "When the agent that runs, or ran last, was started.",
	  SPOOL(metrics.agent.started_ns),
	  .kind = KIND_TIME },
	{ .name = PREFIX "agent_reloads_total",
	  .type = "counter",
	  .help = "Times the agent took a new configuration.",
	  SPOOL(metrics.agent.reloads) },
	{ .name = PREFIX "spool_bytes",
	  .type = "gauge",
	  .help = "Size of the spool on the disk.",
	  SPOOL(stats.bytes) },
	{ .name = PREFIX "spool_segments",
	  .type = "gauge",
	  .help = "Files that the spool's records lie in.",
	  SPOOL(stats.segments) },
	{ .name = PREFIX "spool_records",
	  .type = "gauge",
	  .help = "Records that wait in the spool.",
	  SPOOL(waiting.records) },
	{ .name = PREFIX "spool_spans",
	  .type = "gauge",
	  .help = "Spans among the records that wait in the spool.",
	  SPOOL(waiting.spans) },
	{ .name = PREFIX "spool_oldest_timestamp_seconds",
	  .type = "gauge",
	  .help = "When the oldest record that waits was written; left out "
		  "when none does.",
	  SPOOL(waiting.oldest_ns),
	  .kind = KIND_TIME },
	{ .name = PREFIX "queue_spans",
	  .type = "gauge",
	  .help = "Spans that wait for endpoints that are behind, in queues "
		  "of their own.",
	  SPOOL(queues.waiting.spans) },
	{ .name = PREFIX "queue_oldest_timestamp_seconds",
	  .type = "gauge",
	  .help = "When the oldest of them was put there; left out when none "
		  "waits.",
	  SPOOL(queues.waiting.oldest_ns),
	  .kind = KIND_TIME },
	{ .name = PREFIX "queue_bytes",
	  .type = "gauge",
	  .help = "Size of these queues on the disk.",
	  SPOOL(queues.bytes) },
	{ .name = PREFIX "queue_dropped_spans",
	  .type = "gauge",
	  .help = "Spans that the queues there are have lost for their "
		  "endpoint: they were full, or the disk.",
	  SPOOL(queues.lost) },
	{ .name = PREFIX "spool_set_aside_spans",
	  .type = "gauge",
	  .help = "Spans in bad/, refused for good by a receiver.",
	  SPOOL(aside.spans) },
	{ .name = PREFIX "spool_torn_bytes_total",
	  .type = "counter",
	  .help = "Damaged bytes that were skipped.",
	  SPOOL(stats.torn_bytes) },
	{ .name = PREFIX "spans_created_total",
	  .type = "counter",
	  .help = "Spans that came into the spool.",
	  SPOOL(created) },
	{ .name = PREFIX "spans_repeated_total",
	  .type = "counter",
	  .help = "Spans that were sent again because an agent was killed "
		  "before it could note that they had arrived.",
	  SPOOL(metrics.agent.repeated) },
	{ DROPPED, .label = "reason=\"spool_full\"",
	  SPOOL(stats.dropped_records) },
	{ DROPPED, .label = "reason=\"write_failed\"",
	  SPOOL(stats.failed_records) },
	{ DROPPED, .label = "reason=\"torn\"", SPOOL(stats.torn_runs) },
	{ DROPPED, .label = "reason=\"rejected\"",
	  SPOOL(metrics.agent.rejected) },
	{ DROPPED, .label = "reason=\"refused\"", SPOOL(metrics.agent.lost) },
	{ .name = PREFIX "spans_set_aside_total",
	  .type = "counter",
	  .help = "Spans that were put into bad/.",
	  SPOOL(metrics.agent.refused) },
	{ .name = PREFIX "records_unknown_total",
	  .type = "counter",
	  .help = "Records of a later version, which were skipped.",
	  SPOOL(metrics.agent.unknown) },
	{ .name = PREFIX "orphans_closed_total",
	  .type = "counter",
	  .help = "Steps whose slurmstepd was gone, and whose span the agent "
		  "wrote.",
	  SPOOL(metrics.agent.orphans) },
	{ .name = PREFIX "orphans_damaged_total",
	  .type = "counter",
	  .help = "Records of running steps that could not be read, and were "
		  "removed.",
	  SPOOL(metrics.agent.orphans_damaged) },
	{ COMMENTS, .label = "result=\"set\"",
	  SPOOL(metrics.agent.comments_set) },
	{ COMMENTS, .label = "result=\"failed\"",
	  SPOOL(metrics.agent.comments_failed) },
	{ .name = NULL },
};

static const struct row endpoint_rows[] = {
	{ .name = PREFIX "spans_exported_total",
	  .type = "counter",
	  .help = "Spans that the receiver accepted, repeats included.",
	  ENDPOINT(exported) },
	{ .name = PREFIX "spans_rejected_total",
	  .type = "counter",
	  .help = "Spans that the receiver rejected inside accepted batches.",
	  ENDPOINT(rejected) },
	{ .name = PREFIX "spans_refused_total",
	  .type = "counter",
	  .help = "Spans that the receiver refused for good.",
	  ENDPOINT(refused) },
	{ .name = PREFIX "export_span_bytes_total",
	  .type = "counter",
	  .help = "Size of the spans exported, before compression and without "
		  "what surrounds them.",
	  ENDPOINT(bytes) },
	{ EXPORTS, .label = "result=\"sent\"", ENDPOINT(sent) },
	{ EXPORTS, .label = "result=\"retry\"", ENDPOINT(retry) },
	{ EXPORTS, .label = "result=\"reject\"", ENDPOINT(reject) },
	{ .name = PREFIX "export_failures",
	  .type = "gauge",
	  .help = "Attempts in a row that did not reach the receiver.",
	  ENDPOINT(failures) },
	{ .name = PREFIX "export_success_timestamp_seconds",
	  .type = "gauge",
	  .help = "When the receiver last accepted a batch.",
	  ENDPOINT(success_ns),
	  .kind = KIND_TIME },
	{ .name = PREFIX "export_failure_timestamp_seconds",
	  .type = "gauge",
	  .help = "When an attempt last failed.",
	  ENDPOINT(error_ns),
	  .kind = KIND_TIME },
	{ .name = PREFIX "circuit_state",
	  .type = "gauge",
	  .help = "Circuit breaker: 0 closed, 1 open, 2 half-open.",
	  ENDPOINT(circuit) },
	{ .name = NULL },
};

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

static void put_sample(struct buf *ret, const struct row *row,
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

static void put_row_of_spools(struct buf *ret, const struct row *row,
			      const struct host_status *status)
{
	for (size_t i = 0; i < status->n; i++)
		if (!*status->spools[i].problem)
			put_sample(ret, row, &status->spools[i], NULL,
				   &status->spools[i]);
}

/* Calls put for each endpoint of each spool. */
static void each_endpoint(struct buf *ret, const struct row *row,
			  const struct host_status *status,
			  void (*put)(struct buf *ret, const struct row *row,
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

static void put_endpoint(struct buf *ret, const struct row *row,
			 const struct spool_status *spool,
			 const struct endpoint_metrics *endpoint)
{
	put_sample(ret, row, spool, endpoint->name, endpoint);
}

static bool begins_metric(const struct row *rows, const struct row *row)
{
	return row == rows || strcmp(row->name, row[-1].name) != 0;
}

static void put_histogram(struct buf *ret, const struct row *row,
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
		put_name(ret, PREFIX "export_duration_seconds_bucket", spool,
			 endpoint->name, bound);
		buf_printf(ret, "%" PRIu64 "\n", n);
	}
	n += histogram->buckets[HISTOGRAM_BOUNDS];
	put_name(ret, PREFIX "export_duration_seconds_bucket", spool,
		 endpoint->name, "le=\"+Inf\"");
	buf_printf(ret, "%" PRIu64 "\n", n);
	put_name(ret, PREFIX "export_duration_seconds_sum", spool,
		 endpoint->name, NULL);
	put_seconds(ret, histogram->sum_ns);
	buf_putc(ret, '\n');
	put_name(ret, PREFIX "export_duration_seconds_count", spool,
		 endpoint->name, NULL);
	buf_printf(ret, "%" PRIu64 "\n", n);
}

static void put_host(struct buf *ret, const struct host_status *status,
		     uint64_t limit)
{
	put_header(ret, PREFIX "build_info", "gauge",
		   "The version of slurm-otel.");
	buf_puts(ret, PREFIX "build_info{version=\"" PACKAGE_VERSION "\"} 1\n");
	put_header(ret, PREFIX "spool_size_limit_bytes", "gauge",
		   "SpoolMaxSize: how large each spool may become.");
	buf_printf(ret, PREFIX "spool_size_limit_bytes %" PRIu64 "\n", limit);
	if (!status->n)
		return;
	put_header(ret, PREFIX "spool_readable", "gauge",
		   "0 when the spool could not be read: it then has no other "
		   "metrics.");
	for (size_t i = 0; i < status->n; i++) {
		put_name(ret, PREFIX "spool_readable", &status->spools[i], NULL,
			 NULL);
		buf_printf(ret, "%d\n", !*status->spools[i].problem);
	}
}

void prometheus_write(const struct host_status *status, uint64_t limit,
		      struct buf *ret)
{
	const struct row *row;

	put_host(ret, status, limit);
	if (!status->n)
		return;
	for (row = spool_rows; row->name; row++) {
		if (begins_metric(spool_rows, row))
			put_header(ret, row->name, row->type, row->help);
		put_row_of_spools(ret, row, status);
	}
	for (row = endpoint_rows; row->name; row++) {
		if (begins_metric(endpoint_rows, row))
			put_header(ret, row->name, row->type, row->help);
		each_endpoint(ret, row, status, put_endpoint);
	}
	put_header(ret, PREFIX "export_duration_seconds", "histogram",
		   "How long attempts to send a batch took.");
	each_endpoint(ret, NULL, status, put_histogram);
}
