/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The values that OTLP's JSON is made of, on top of json-c: ids, 64-bit
 * integers, doubles, attributes.  Private to common/otlp.
 */
#ifndef OTEL_OTLP_JSON_VALUE_H
#define OTEL_OTLP_JSON_VALUE_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "proto/otlp.pb-c.h"
#include "util/buf.h"

/* Remembers that memory ran out, so that one check at the end is enough. */
struct json_maker {
	bool failed;
};

/* Adds value, which object then owns. */
void json_add(struct json_maker *maker, json_object *object, const char *key,
	      json_object *value);
/* As json_add, but leaves out what is empty or zero, as protobuf does. */
void json_add_text(struct json_maker *maker, json_object *object,
		   const char *key, const char *text);
void json_add_hex(struct json_maker *maker, json_object *object,
		  const char *key, const ProtobufCBinaryData *bytes);
void json_add_count(struct json_maker *maker, json_object *object,
		    const char *key, uint32_t count);
/* Always there: a time of 0 is a statement. */
void json_add_time(struct json_maker *maker, json_object *object,
		   const char *key, uint64_t ns);
/* Appends the text of value to ret, which fails when there is no memory. */
void json_append(struct buf *ret, json_object *value);
/* One value; NULL when there is no memory.  Bad UTF-8 is repaired; what is no
 * finite number becomes "NaN", "Infinity" or "-Infinity". */
json_object *json_text(const char *text);
json_object *json_double(double value);
json_object *json_base64(const ProtobufCBinaryData *bytes);
void json_add_attributes(struct json_maker *maker, json_object *object,
			 Otlp__KeyValue *const *pairs, size_t n);

#endif
