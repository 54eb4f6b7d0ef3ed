/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the OpenTelemetry file format: OTLP JSON, one TracesData object a
 * line, as our agent's file: endpoint and the OpenTelemetry Collector's file
 * exporter write it.  Tolerant: what cannot be read is reported and left out,
 * and reading goes on.
 */
#ifndef OTEL_CLI_READ_OTLP_JSON_H
#define OTEL_CLI_READ_OTLP_JSON_H

#include <stdint.h>

#include "cli/span_set.h"
#include "util/err.h"

/* A longer line is reported and skipped. */
#define OTLP_LINE_MAX ((size_t)128 * 1024 * 1024)

/*
 * Told of every line or span left out, with the line's number and one
 * sentence; the sentence never holds data from the file.
 */
typedef void (*otlp_report)(void *arg, uint64_t line, const char *what);

/*
 * Adds the spans of the open file fd to set.  Returns 0, or -1 with err when
 * reading failed (read error, no memory); spans read until then stay in set.
 * fd stays open.
 */
int read_otlp_json(int fd, struct span_set *set, otlp_report report, void *arg,
		   struct err *err);

#endif
