/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One span in Zipkin's v2 JSON, by the rules of zipkin_json.h.  Private to
 * common/otlp. */
#ifndef OTEL_OTLP_ZIPKIN_SPAN_H
#define OTEL_OTLP_ZIPKIN_SPAN_H

#include "otlp/json_value.h"

/*
 * The object of a span with valid ids, the caller's to put.  NULL, or
 * maker->failed: there was no memory.
 */
json_object *zipkin_span(struct json_maker *maker,
			 const Otlp__Resource *resource,
			 const Otlp__Span *span);

#endif
