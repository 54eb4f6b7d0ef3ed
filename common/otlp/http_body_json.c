/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the bodies of answers that are JSON; see http_body.h. */
#include "otlp/http_body.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

/* json-c takes some 800 bytes for an object of two, so a long body could cost
 * megabytes; no honest answer comes near.  A longer one is not read. */
#define JSON_MAX 8192
#define JSON_DEPTH 16

static void put_json(json_object **object)
{
	json_object_put(*object);
}

static void free_tokener(json_tokener **tokener)
{
	if (*tokener)
		json_tokener_free(*tokener);
}

#define _cleanup_json_ __attribute__((cleanup(put_json)))
#define _cleanup_tokener_ __attribute__((cleanup(free_tokener)))

/* The body as an object; NULL when it is anything else. */
static json_object *parse(const struct http_response *response)
{
	_cleanup_tokener_ json_tokener *tokener = NULL;
	_cleanup_json_ json_object *root = NULL;
	json_object *object;

	if (response->body_len > JSON_MAX)
		return NULL;
	tokener = json_tokener_new_ex(JSON_DEPTH);
	if (!tokener)
		return NULL;
	root = json_tokener_parse_ex(tokener, (const char *)response->body,
				     (int)response->body_len);
	if (!json_object_is_type(root, json_type_object))
		return NULL;
	object = root;
	root = NULL;
	return object;
}

/* The member, when it has the type. */
static json_object *member(json_object *object, const char *key, json_type type)
{
	json_object *value = NULL;

	if (!json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, type))
		return NULL;
	return value;
}

/* A member that is no string says nothing. */
static void clean_member(json_object *object, const char *key, char *ret)
{
	json_object *text = member(object, key, json_type_string);

	*ret = '\0';
	if (text)
		text_clean(json_object_get_string(text),
			   (size_t)json_object_get_string_len(text), ret);
}

/* An int64: a decimal string by protobuf's JSON mapping, but a number is to be
 * accepted too.  What is out of range, negative or neither: 0. */
static uint64_t count(json_object *object, const char *key)
{
	json_object *number = member(object, key, json_type_int);
	json_object *string = member(object, key, json_type_string);
	const char *text;
	int64_t value = 0;
	char *end;

	if (number) {
		value = json_object_get_int64(number);
	} else if (string) {
		text = json_object_get_string(string);
		errno = 0;
		value = strtoll(text, &end, 10);
		if (errno || end == text || *end)
			value = 0;
	}
	return value > 0 ? (uint64_t)value : 0;
}

bool http_body_json_partial(const struct http_response *response,
			    struct partial_success *ret)
{
	_cleanup_json_ json_object *root = parse(response);
	json_object *partial =
		root ? member(root, "partialSuccess", json_type_object) : NULL;
	struct partial_success found;

	if (!partial)
		return false;
	found.rejected = count(partial, "rejectedSpans");
	clean_member(partial, "errorMessage", found.message);
	if (!found.rejected && !*found.message)
		return false;
	*ret = found;
	return true;
}

bool http_body_json_error(const struct http_response *response, char *ret)
{
	_cleanup_json_ json_object *root = parse(response);

	if (!root)
		return false;
	clean_member(root, "message", ret);
	return *ret;
}
