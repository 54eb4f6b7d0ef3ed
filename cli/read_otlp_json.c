/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * OTLP JSON lines into a span_set; see read_otlp_json.h.  The mapping is that
 * of the OTLP specification, "JSON Protobuf Encoding": lowerCamelCase keys,
 * hex ids, 64-bit integers as strings or numbers, enums as numbers.
 */
#include "cli/read_otlp_json.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "cli/line_reader.h"
#include "util/cleanup.h"
#include "util/hex.h"

/* Deep enough for attributes nested 32 levels, which is what our agent writes:
 * a level of pairs is four of JSON.  json-c frees recursively. */
#define JSON_DEPTH 160

struct parser {
	struct span_set *set;
	struct json_tokener *tokener;
	otlp_report report;
	void *arg;
	uint64_t line;
	bool no_memory;
};

/* The other signals a collector may write to the same file. */
static const char *const other_signals[] = {
	"resourceMetrics",
	"resourceLogs",
	"resourceProfiles",
};

static void complain(struct parser *parser, const char *what)
{
	parser->report(parser->arg, parser->line, what);
}

/* A member of the wanted type, or NULL. */
static struct json_object *member(struct json_object *object, const char *key,
				  enum json_type type)
{
	struct json_object *value;

	if (!json_object_is_type(object, json_type_object) ||
	    !json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, type))
		return NULL;
	return value;
}

static size_t length(struct json_object *array)
{
	return array ? json_object_array_length(array) : 0;
}

static size_t text_length(struct json_object *text)
{
	return (size_t)json_object_get_string_len(text);
}

/* Hex digits of either case, as the specification allows. */
static bool get_id(struct json_object *object, const char *key, uint8_t *ret,
		   size_t size)
{
	struct json_object *text = member(object, key, json_type_string);
	char lower[TRACE_ID_HEX + 1];

	if (!text || text_length(text) != 2 * size)
		return false;
	memcpy(lower, json_object_get_string(text), 2 * size + 1);
	for (size_t i = 0; i < 2 * size; i++)
		if (lower[i] >= 'A' && lower[i] <= 'F')
			lower[i] += 'a' - 'A';
	return hex_decode(lower, size, ret) == 0;
}

/* A 64-bit integer as a decimal string or any number.  False: not one. */
static bool to_int64(struct json_object *value, int64_t *ret)
{
	const char *text;
	char *end;
	long long number;
	double real;

	switch (json_object_get_type(value)) {
	case json_type_int:
		*ret = json_object_get_int64(value);
		return true;
	case json_type_double:
		real = json_object_get_double(value);
		if (!(fabs(real) < 9.2e18))
			return false;
		*ret = (int64_t)real;
		return true;
	case json_type_string:
		text = json_object_get_string(value);
		errno = 0;
		number = strtoll(text, &end, 10);
		if (errno || end == text || *end)
			return false;
		*ret = number;
		return true;
	default:
		return false;
	}
}

static bool get_int64(struct json_object *object, const char *key, int64_t *ret)
{
	struct json_object *value;

	return json_object_object_get_ex(object, key, &value) &&
	       to_int64(value, ret);
}

/* Absent, negative and unreadable times count as not known. */
static uint64_t get_time(struct json_object *object, const char *key)
{
	int64_t ns;

	return get_int64(object, key, &ns) && ns > 0 ? (uint64_t)ns : 0;
}

static void take_attribute(struct parser *parser, struct span_record *record,
			   struct json_object *attribute)
{
	struct json_object *key = member(attribute, "key", json_type_string);
	struct json_object *any = member(attribute, "value", json_type_object);
	struct json_object *text;
	int64_t number;
	int ret = 0;

	if (!key || !any)
		return;
	text = member(any, "stringValue", json_type_string);
	if (text)
		ret = span_record_set_text(
			parser->set, record, json_object_get_string(key),
			json_object_get_string(text), text_length(text));
	else if (get_int64(any, "intValue", &number))
		ret = span_record_set_int(parser->set, record,
					  json_object_get_string(key), number);
	if (ret < 0)
		parser->no_memory = true;
}

static void take_attributes(struct parser *parser, struct span_record *record,
			    struct json_object *object)
{
	struct json_object *array =
		member(object, "attributes", json_type_array);

	for (size_t i = 0; i < length(array); i++)
		take_attribute(parser, record,
			       json_object_array_get_idx(array, i));
}

static const char *take_text(struct parser *parser, struct json_object *object,
			     const char *key)
{
	struct json_object *text = member(object, key, json_type_string);
	const char *copy;

	if (!text || !text_length(text))
		return NULL;
	copy = span_set_text(parser->set, json_object_get_string(text),
			     text_length(text));
	if (!copy)
		parser->no_memory = true;
	return copy;
}

static void take_status(struct parser *parser, struct span_record *record,
			struct json_object *span)
{
	struct json_object *status = member(span, "status", json_type_object);
	struct json_object *name;
	int64_t code = SPAN_STATUS_UNSET;

	if (!status)
		return;
	name = member(status, "code", json_type_string);
	if (name && !strcmp(json_object_get_string(name), "STATUS_CODE_ERROR"))
		code = SPAN_STATUS_ERROR;
	else
		get_int64(status, "code", &code);
	if (code == SPAN_STATUS_ERROR)
		record->status = SPAN_STATUS_ERROR;
	record->status_message = take_text(parser, status, "message");
}

/* Span.flags, trace.proto: bit 8 "has is_remote", bit 9 "is_remote". */
static bool parent_is_remote(struct json_object *span)
{
	int64_t flags = 0;

	get_int64(span, "flags", &flags);
	return (flags & 0x300) == 0x300;
}

static void take_parent(struct span_record *record, struct json_object *span)
{
	struct json_object *text =
		member(span, "parentSpanId", json_type_string);

	if (!text || !text_length(text))
		return;
	/* An unreadable parent stays all zero: it is never found, and the span
	 * is shown as one whose parent is missing. */
	record->has_parent = true;
	if (get_id(span, "parentSpanId", record->parent_id.b, SPAN_ID_SIZE) &&
	    !span_id_valid(&record->parent_id))
		record->has_parent = false;
	record->parent_remote = parent_is_remote(span);
}

static void take_span(struct parser *parser, const struct span_record *resource,
		      struct json_object *span)
{
	struct span_record record = *resource;

	if (!get_id(span, "traceId", record.trace_id.b, TRACE_ID_SIZE) ||
	    !trace_id_valid(&record.trace_id)) {
		complain(parser, "a span without a valid traceId is left out");
		return;
	}
	if (!get_id(span, "spanId", record.span_id.b, SPAN_ID_SIZE) ||
	    !span_id_valid(&record.span_id)) {
		complain(parser, "a span without a valid spanId is left out");
		return;
	}
	take_parent(&record, span);
	record.name = take_text(parser, span, "name");
	record.start_ns = get_time(span, "startTimeUnixNano");
	record.end_ns = get_time(span, "endTimeUnixNano");
	take_attributes(parser, &record, span);
	take_status(parser, &record, span);
	if (span_set_add(parser->set, &record) < 0)
		parser->no_memory = true;
}

static void take_scope_spans(struct parser *parser,
			     const struct span_record *resource,
			     struct json_object *scope_spans)
{
	struct json_object *spans =
		member(scope_spans, "spans", json_type_array);

	for (size_t i = 0; i < length(spans) && !parser->no_memory; i++)
		take_span(parser, resource,
			  json_object_array_get_idx(spans, i));
}

/* What the resource says holds for each of its spans that does not say it. */
static void take_resource_spans(struct parser *parser,
				struct json_object *resource_spans)
{
	struct json_object *scopes =
		member(resource_spans, "scopeSpans", json_type_array);
	struct span_record resource;

	span_record_init(&resource);
	take_attributes(parser, &resource,
			member(resource_spans, "resource", json_type_object));
	for (size_t i = 0; i < length(scopes); i++)
		take_scope_spans(parser, &resource,
				 json_object_array_get_idx(scopes, i));
}

static bool is_other_signal(struct json_object *data)
{
	for (size_t i = 0; i < sizeof(other_signals) / sizeof(char *); i++)
		if (json_object_object_get_ex(data, other_signals[i], NULL))
			return true;
	return json_object_object_length(data) == 0;
}

static void take_traces_data(struct parser *parser, struct json_object *data)
{
	struct json_object *array =
		member(data, "resourceSpans", json_type_array);

	if (!json_object_is_type(data, json_type_object))
		complain(parser, "not a JSON object; the line is left out");
	else if (!array && !is_other_signal(data))
		complain(parser, "JSON, but not OTLP: no array "
				 "\"resourceSpans\"; the line is left out");
	for (size_t i = 0; i < length(array) && !parser->no_memory; i++)
		take_resource_spans(parser,
				    json_object_array_get_idx(array, i));
}

static void take_line(struct parser *parser, const char *text, size_t len,
		      bool torn)
{
	struct json_object *data;
	enum json_tokener_error error;

	while (len && memchr(" \t\r", text[len - 1], 3))
		len--;
	if (!len)
		return;
	json_tokener_reset(parser->tokener);
	data = json_tokener_parse_ex(parser->tokener, text, (int)len);
	error = json_tokener_get_error(parser->tokener);
	if (error == json_tokener_success &&
	    json_tokener_get_parse_end(parser->tokener) == len)
		take_traces_data(parser, data);
	else if (torn && error == json_tokener_continue)
		complain(parser, "incomplete: the file ends inside the line, "
				 "which is left out");
	else
		complain(parser, "not a JSON object; the line is left out");
	json_object_put(data);
}

static int take_lines(struct parser *parser, struct line_reader *lines,
		      struct err *err)
{
	enum line_status status;
	const char *text;
	size_t len;

	while ((status = line_reader_next(lines, &text, &len)) != LINE_END) {
		parser->line = lines->number;
		if (status == LINE_ERROR)
			return err_set(err, "%m");
		if (status == LINE_LONG)
			complain(parser, "longer than 128 MiB; "
					 "the line is left out");
		else
			take_line(parser, text, len, status == LINE_LAST);
		if (parser->no_memory)
			return err_set(err, "out of memory");
	}
	return 0;
}

/* json-c 0.18, when it is strict, takes what is not ASCII for control
 * characters: there, a comma too many is let pass instead. */
static void be_strict(struct json_tokener *tokener)
{
	static const char snowman[] = "\"\xe2\x98\x83\"";
	struct json_object *text;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	text = json_tokener_parse_ex(tokener, snowman, sizeof(snowman) - 1);
	if (!text)
		json_tokener_set_flags(tokener, 0);
	json_object_put(text);
}

int read_otlp_json(int fd, struct span_set *set, otlp_report report, void *arg,
		   struct err *err)
{
	struct line_reader lines = LINE_READER_INIT(fd, OTLP_LINE_MAX);
	struct parser parser = { .set = set, .report = report, .arg = arg };
	int ret;

	parser.tokener = json_tokener_new_ex(JSON_DEPTH);
	if (!parser.tokener)
		return err_set(err, "out of memory");
	be_strict(parser.tokener);
	ret = take_lines(&parser, &lines, err);
	json_tokener_free(parser.tokener);
	line_reader_free(&lines);
	return ret;
}
