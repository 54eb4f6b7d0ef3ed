/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attribute values for formats that know strings only, by "AnyValue
 * representation for non-OTLP protocols" of OpenTelemetry's common
 * specification (1.50).  Private to common/otlp.
 */
#ifndef OTEL_OTLP_PLAIN_VALUE_H
#define OTEL_OTLP_PLAIN_VALUE_H

#include "otlp/json_value.h"

/* The value as one JSON string: text and numbers as they stand, arrays and
 * maps as the text of their JSON, bytes in base64.  NULL: no memory. */
json_object *plain_text(struct json_maker *maker, const Otlp__AnyValue *value);

/* Attributes as one JSON object, each value in its own JSON type.  The last of
 * a name counts. */
json_object *plain_map(struct json_maker *maker, Otlp__KeyValue *const *pairs,
		       size_t n);

#endif
