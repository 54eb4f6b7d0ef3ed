/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which metrics there are of a spool and of an endpoint; prometheus.c alone
 * writes them. */
#ifndef OTEL_STATUS_PROMETHEUS_ROWS_H
#define OTEL_STATUS_PROMETHEUS_ROWS_H

#include <stddef.h>

#define METRIC_PREFIX "slurm_otel_"

enum prometheus_kind {
	KIND_NUMBER,
	KIND_FLAG, /* of type bool */
	KIND_TIME, /* nanoseconds; 0 is left out */
};

struct prometheus_row {
	const char *name, *type, *help;
	const char *label; /* one more, with its value; NULL: none */
	size_t offset;
	enum prometheus_kind kind;
};

/*
 * Each ends with a row without a name.  A row is a metric, or, when it repeats
 * the name of the row before, one more label value of that metric.  Offsets are
 * into struct spool_status and struct endpoint_metrics.
 */
extern const struct prometheus_row prometheus_spool_rows[];
extern const struct prometheus_row prometheus_endpoint_rows[];

#endif
