/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ends a span of which only the beginning is known, because whoever was to end
 * it is dead.
 */
#ifndef OTEL_SPAN_LOST_H
#define OTEL_SPAN_LOST_H

#include <stddef.h>
#include <stdint.h>

#include "span/span.h"
#include "util/buf.h"
#include "util/err.h"

#define ERROR_TYPE_LOST "lost"

/*
 * Appends to ret the serialised Span `data`, ended at end_ns (Unix ns; never
 * before its start), with status Error, that message, and error.type=lost as
 * far as limits let it.  data may be anything: it is walked, not decoded, so
 * that neither memory nor stack depends on what it holds.  Returns 0, or -1
 * with err and ret as it was: no Span, without valid ids or a start, or no
 * memory.
 */
int span_end_lost(const uint8_t *data, size_t len,
		  const struct span_limits *limits, uint64_t end_ns,
		  const char *message, struct buf *ret, struct err *err);

#endif
