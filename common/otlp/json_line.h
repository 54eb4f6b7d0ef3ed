/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One batch as one line of OTLP JSON: what file: and stdout: write. */
#ifndef OTEL_OTLP_JSON_LINE_H
#define OTEL_OTLP_JSON_LINE_H

#include "otlp/exporter.h"
#include "util/buf.h"

/*
 * Makes ret hold the line of the batch with its newline, and nothing else.
 * Returns 0, or -1 with the verdict in *ret_result: REJECT (divisible) for a
 * span that does not decode, else RETRY.
 */
int json_line_make(const struct batch *batch, struct buf *ret,
		   struct export_result *ret_result);

/* Empties the line; gives back the memory of an unusually long one. */
void json_line_done(struct buf *line);

#endif
