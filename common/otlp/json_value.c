/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of OTLP's JSON; see json_value.h. */
#include "otlp/json_value.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/hex.h"
#include "util/utf8.h"

/* AnyValue nests; deeper ones become null rather than eat the stack. */
#define NEST_MAX 32

void json_add(struct json_maker *maker, json_object *object, const char *key,
	      json_object *value)
{
	if (object && value && !json_object_object_add(object, key, value))
		return;
	json_object_put(value);
	maker->failed = true;
}

void json_append(struct buf *ret, json_object *value)
{
	const char *text = json_object_to_json_string_ext(
		value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);

	if (text)
		buf_puts(ret, text);
	else
		ret->failed = true;
}

/* JSON must be UTF-8; a span from elsewhere may not be. */
json_object *json_text(const char *text)
{
	_cleanup_free_ char *copy = NULL;
	size_t len = strlen(text);

	if (utf8_valid(text, len))
		return json_object_new_string(text);
	copy = malloc(3 * len + 1);
	if (!copy)
		return NULL;
	utf8_repair(text, len, 0, copy);
	return json_object_new_string(copy);
}

void json_add_text(struct json_maker *maker, json_object *object,
		   const char *key, const char *text)
{
	if (text && *text)
		json_add(maker, object, key, json_text(text));
}

void json_add_hex(struct json_maker *maker, json_object *object,
		  const char *key, const ProtobufCBinaryData *bytes)
{
	_cleanup_free_ char *hex = NULL;

	if (!bytes->len)
		return;
	hex = malloc(2 * bytes->len + 1);
	if (hex)
		hex_encode(bytes->data, bytes->len, hex);
	json_add(maker, object, key, hex ? json_object_new_string(hex) : NULL);
}

void json_add_count(struct json_maker *maker, json_object *object,
		    const char *key, uint32_t count)
{
	if (count)
		json_add(maker, object, key, json_object_new_int64(count));
}

void json_add_time(struct json_maker *maker, json_object *object,
		   const char *key, uint64_t ns)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, ns);
	json_add(maker, object, key, json_object_new_string(text));
}

static json_object *int64_value(int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, value);
	return json_object_new_string(text);
}

/* The shortest digits that read back as the same double. */
json_object *json_double(double value)
{
	char text[32];

	if (isnan(value))
		return json_object_new_string("NaN");
	if (isinf(value))
		return json_object_new_string(value > 0 ? "Infinity"
							: "-Infinity");
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	return json_object_new_double_s(value, text);
}

json_object *json_base64(const ProtobufCBinaryData *bytes)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	_cleanup_free_ char *text = malloc((bytes->len + 2) / 3 * 4 + 1);
	char *out = text;

	if (!text)
		return NULL;
	for (size_t i = 0; i < bytes->len; i += 3) {
		size_t left = bytes->len - i;
		uint32_t v = (uint32_t)bytes->data[i] << 16;

		if (left > 1)
			v |= (uint32_t)bytes->data[i + 1] << 8;
		if (left > 2)
			v |= bytes->data[i + 2];
		*out++ = digits[v >> 18];
		*out++ = digits[v >> 12 & 63];
		*out++ = left > 1 ? digits[v >> 6 & 63] : '=';
		*out++ = left > 2 ? digits[v & 63] : '=';
	}
	*out = '\0';
	return json_object_new_string(text);
}

static json_object *any_value(struct json_maker *maker,
			      const Otlp__AnyValue *value, int depth);

static json_object *pairs_value(struct json_maker *maker,
				Otlp__KeyValue *const *pairs, size_t n,
				int depth)
{
	json_object *array = json_object_new_array();

	for (size_t i = 0; i < n; i++) {
		json_object *pair = json_object_new_object();

		json_add(maker, pair, "key", json_text(pairs[i]->key));
		if (pairs[i]->value)
			json_add(maker, pair, "value",
				 any_value(maker, pairs[i]->value, depth));
		if (!array || !pair || json_object_array_add(array, pair)) {
			json_object_put(pair);
			maker->failed = true;
		}
	}
	return array;
}

static json_object *array_value(struct json_maker *maker,
				const Otlp__ArrayValue *values, int depth)
{
	json_object *object = json_object_new_object();
	json_object *array = json_object_new_array();

	for (size_t i = 0; i < values->n_values; i++) {
		json_object *item = any_value(maker, values->values[i], depth);

		if (!array || !item || json_object_array_add(array, item)) {
			json_object_put(item);
			maker->failed = true;
		}
	}
	json_add(maker, object, "values", array);
	return object;
}

static json_object *kvlist_value(struct json_maker *maker,
				 const Otlp__KeyValueList *list, int depth)
{
	json_object *object = json_object_new_object();

	json_add(maker, object, "values",
		 pairs_value(maker, list->values, list->n_values, depth));
	return object;
}

static json_object *any_value(struct json_maker *maker,
			      const Otlp__AnyValue *value, int depth)
{
	json_object *object = json_object_new_object();

	if (depth >= NEST_MAX)
		return object;
	switch (value->value_case) {
	case OTLP__ANY_VALUE__VALUE_STRING_VALUE:
		json_add(maker, object, "stringValue",
			 json_text(value->string_value));
		break;
	case OTLP__ANY_VALUE__VALUE_BOOL_VALUE:
		json_add(maker, object, "boolValue",
			 json_object_new_boolean(value->bool_value));
		break;
	case OTLP__ANY_VALUE__VALUE_INT_VALUE:
		json_add(maker, object, "intValue",
			 int64_value(value->int_value));
		break;
	case OTLP__ANY_VALUE__VALUE_DOUBLE_VALUE:
		json_add(maker, object, "doubleValue",
			 json_double(value->double_value));
		break;
	case OTLP__ANY_VALUE__VALUE_BYTES_VALUE:
		json_add(maker, object, "bytesValue",
			 json_base64(&value->bytes_value));
		break;
	case OTLP__ANY_VALUE__VALUE_ARRAY_VALUE:
		json_add(maker, object, "arrayValue",
			 array_value(maker, value->array_value, depth + 1));
		break;
	case OTLP__ANY_VALUE__VALUE_KVLIST_VALUE:
		json_add(maker, object, "kvlistValue",
			 kvlist_value(maker, value->kvlist_value, depth + 1));
		break;
	default: /* not set: the empty value */
		break;
	}
	return object;
}

void json_add_attributes(struct json_maker *maker, json_object *object,
			 Otlp__KeyValue *const *pairs, size_t n)
{
	if (n)
		json_add(maker, object, "attributes",
			 pairs_value(maker, pairs, n, 0));
}
