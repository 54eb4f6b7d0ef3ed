/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ids of a stored span, for a message about it. */
#ifndef OTEL_AGENT_SPAN_IDS_H
#define OTEL_AGENT_SPAN_IDS_H

#include <stddef.h>

#include "log_line.h"

/*
 * Finds trace_id and span_id (fields 1 and 2) among the fields of a serialised
 * opentelemetry Span, which may be damaged.  What is not found, or has another
 * length, is all zero.
 */
struct log_span span_ids(const void *span, size_t len);

#endif
