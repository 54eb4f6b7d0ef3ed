/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * traceparent: the identity of one span as W3C Trace Context level 2 writes
 * it (section 3.2), which is also the value of the environment variable
 * TRACEPARENT.
 */
#ifndef OTEL_TRACE_TRACEPARENT_H
#define OTEL_TRACE_TRACEPARENT_H

#include <stdbool.h>
#include <stdint.h>

#include "trace/ids.h"

#define TRACEPARENT_LEN 55
#define TRACE_FLAG_SAMPLED 0x01
#define TRACE_FLAG_RANDOM 0x02
#define TRACE_FLAGS_KNOWN (TRACE_FLAG_SAMPLED | TRACE_FLAG_RANDOM)

struct trace_context {
	struct trace_id trace_id;
	struct span_id span_id;
	uint8_t flags; /* known bits only */
};

/*
 * Parses text (NUL-terminated, any length, hostile).  Version 00 must be
 * exactly 55 characters; a higher one at least 55, followed by '-' or the end;
 * ff, capitals, and all-zero ids are refused.  Unknown flag bits are dropped.
 * Returns 0, or -1 with ret untouched.  NULL is refused.  Thread-safe.
 */
int traceparent_parse(const char *text, struct trace_context *ret);

/*
 * Reads the four fields of the first TRACEPARENT_LEN characters and judges
 * their form only: any version, ids that may be all zero, anything after
 * them.  For formats built on traceparent (job_context.c); everybody else
 * wants traceparent_parse.  Returns 0, or -1 with both outputs untouched.
 */
int traceparent_scan(const char *text, uint8_t *ret_version,
		     struct trace_context *ret);

/* Writes version 00 and a NUL: TRACEPARENT_LEN + 1 bytes. */
void traceparent_format(const struct trace_context *ctx, char *ret);

#endif
