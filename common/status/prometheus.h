/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of a host's spools in Prometheus' text format 0.0.4, for the
 * textfile collector of node_exporter.  The names follow Prometheus' rules:
 * base units, _total for counters.
 */
#ifndef OTEL_STATUS_PROMETHEUS_H
#define OTEL_STATUS_PROMETHEUS_H

#include "status/host_status.h"
#include "util/buf.h"

/*
 * Appends all of it to ret; limit is SpoolMaxSize in bytes.  Whether there was
 * memory enough is in ret->failed.  Names are made fit for a label: UTF-8,
 * escaped.
 */
void prometheus_write(const struct host_status *status, uint64_t limit,
		      struct buf *ret);

#endif
