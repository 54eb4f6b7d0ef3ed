/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes attribute values as plain JSON and text; see plain_value.h. */
#include "otlp/plain_value.h"

/* AnyValue nests; deeper ones become null rather than eat the stack. */
#define NEST_MAX 32

static json_object *value_json(struct json_maker *maker,
			       const Otlp__AnyValue *value, int depth);

/* json-c has NULL for null, and for no memory. */
static bool is_null(const Otlp__AnyValue *value, int depth)
{
	return !value || depth > NEST_MAX ||
	       value->value_case == OTLP__ANY_VALUE__VALUE__NOT_SET;
}

static json_object *map_json(struct json_maker *maker,
			     Otlp__KeyValue *const *pairs, size_t n, int depth)
{
	json_object *object = json_object_new_object();

	for (size_t i = 0; object && i < n; i++) {
		json_object *key = json_text(pairs[i]->key);
		const Otlp__AnyValue *value = pairs[i]->value;

		if (!key)
			maker->failed = true;
		else if (!is_null(value, depth))
			json_add(maker, object, json_object_get_string(key),
				 value_json(maker, value, depth));
		else if (json_object_object_add(
				 object, json_object_get_string(key), NULL))
			maker->failed = true;
		json_object_put(key);
	}
	return object;
}

static json_object *array_json(struct json_maker *maker,
			       const Otlp__ArrayValue *values, int depth)
{
	json_object *array = json_object_new_array();

	for (size_t i = 0; array && i < values->n_values; i++) {
		const Otlp__AnyValue *value = values->values[i];
		bool null = is_null(value, depth);
		json_object *item =
			null ? NULL : value_json(maker, value, depth);

		if ((item || null) && !json_object_array_add(array, item))
			continue;
		json_object_put(item);
		maker->failed = true;
	}
	return array;
}

/* value is not null. */
static json_object *value_json(struct json_maker *maker,
			       const Otlp__AnyValue *value, int depth)
{
	switch (value->value_case) {
	case OTLP__ANY_VALUE__VALUE_BOOL_VALUE:
		return json_object_new_boolean(value->bool_value);
	case OTLP__ANY_VALUE__VALUE_INT_VALUE:
		return json_object_new_int64(value->int_value);
	case OTLP__ANY_VALUE__VALUE_DOUBLE_VALUE:
		return json_double(value->double_value);
	case OTLP__ANY_VALUE__VALUE_BYTES_VALUE:
		return json_base64(&value->bytes_value);
	case OTLP__ANY_VALUE__VALUE_ARRAY_VALUE:
		return array_json(maker, value->array_value, depth + 1);
	case OTLP__ANY_VALUE__VALUE_KVLIST_VALUE:
		return map_json(maker, value->kvlist_value->values,
				value->kvlist_value->n_values, depth + 1);
	default:
		return json_text(value->string_value);
	}
}

json_object *plain_text(struct json_maker *maker, const Otlp__AnyValue *value)
{
	json_object *object, *text;
	const char *json;

	if (is_null(value, 0))
		return json_text("");
	object = value_json(maker, value, 0);
	if (!object || json_object_is_type(object, json_type_string))
		return object;
	json = json_object_to_json_string_ext(
		object,
		JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	text = json ? json_object_new_string(json) : NULL;
	json_object_put(object);
	return text;
}

json_object *plain_map(struct json_maker *maker, Otlp__KeyValue *const *pairs,
		       size_t n)
{
	return map_json(maker, pairs, n, 0);
}
