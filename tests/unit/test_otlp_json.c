/* SPDX-License-Identifier: GPL-2.0-or-later */
/* OTLP's JSON form. */
#include "otlp/json.h"

#include <errno.h>
#include <float.h>
#include <json-c/json.h>
#include <math.h>

#include <criterion/criterion.h>

#include "otlp_fixture.h"

static struct resource *the_resource(void)
{
	struct config config = fixture_config();

	return resource_create(&config, "c1", "i1", NULL);
}

/* The text of one TracesData with these spans. */
static char *write_json(const struct iovec *spans, size_t n)
{
	struct resource *resource = the_resource();
	struct buf buf = BUF_INIT;
	struct err err = { "" };

	cr_assert_eq(
		json_traces(&(struct batch){ spans, n, resource }, &buf, &err),
		0, "%s", err.msg);
	buf_putc(&buf, '\0');
	resource_destroy(resource);
	return (char *)buf.data;
}

static char *write_span(const Otlp__Span *span)
{
	struct iovec bytes;
	char *text;

	bytes.iov_len = otlp__span__get_packed_size(span);
	bytes.iov_base = malloc(bytes.iov_len + 1);
	otlp__span__pack(span, bytes.iov_base);
	text = write_json(&bytes, 1);
	free(bytes.iov_base);
	return text;
}

/* The text is JSON and holds this one span.  Frees it. */
static void expect_span(char *text, const char *want)
{
	json_object *root = json_tokener_parse(text), *o = root;

	cr_assert(o, "no JSON: %s", text);
	cr_assert(json_object_object_get_ex(o, "resourceSpans", &o));
	cr_assert(json_object_object_get_ex(json_object_array_get_idx(o, 0),
					    "scopeSpans", &o));
	cr_assert(json_object_object_get_ex(json_object_array_get_idx(o, 0),
					    "spans", &o));
	cr_assert_eq(json_object_array_length(o), 1);
	cr_assert_str_eq(
		json_object_to_json_string_ext(json_object_array_get_idx(o, 0),
					       JSON_C_TO_STRING_PLAIN),
		want);
	json_object_put(root);
	free(text);
}

static const char *value_text(const char *json)
{
	const char *hit = strstr(json, "\"key\":\"k\",\"value\":");

	cr_assert(hit, "%s", json);
	return hit + strlen("\"key\":\"k\",\"value\":");
}

static void expect_value(Otlp__AnyValue *value, const char *want)
{
	Otlp__Span span = OTLP__SPAN__INIT;
	Otlp__KeyValue pair = OTLP__KEY_VALUE__INIT, *pairs[] = { &pair };
	char *text;

	pair.key = (char *)"k";
	pair.value = value;
	span.attributes = pairs;
	span.n_attributes = 1;
	text = write_span(&span);
	cr_assert_eq(strncmp(value_text(text), want, strlen(want)), 0,
		     "got %.80s, want %s", value_text(text), want);
	free(text);
}

Test(json, what_does_not_decode_is_refused)
{
	struct iovec bad = { (void *)"\xff\xff\xff", 3 };
	struct resource *resource = the_resource();
	struct buf buf = BUF_INIT;
	struct err err;

	errno = 0;
	cr_assert_eq(
		json_traces(&(struct batch){ &bad, 1, resource }, &buf, &err),
		-1);
	cr_assert_eq(errno, EBADMSG);
	buf_free(&buf);
	resource_destroy(resource);
}

Test(json, a_span_says_everything_it_has)
{
	uint8_t id[16] = { 0x0a, 0xf7, 1, 2, 3, [15] = 0x9c };
	Otlp__Span span = OTLP__SPAN__INIT;
	Otlp__Span__Event event = OTLP__SPAN__EVENT__INIT,
			  *events[] = { &event };
	Otlp__Span__Link link = OTLP__SPAN__LINK__INIT, *links[] = { &link };
	Otlp__Status status = OTLP__STATUS__INIT;

	span.trace_id = (ProtobufCBinaryData){ 16, id };
	span.span_id = (ProtobufCBinaryData){ 8, id };
	span.parent_span_id = (ProtobufCBinaryData){ 8, id + 8 };
	span.trace_state = (char *)"a=b";
	span.flags = 0x301;
	span.name = (char *)"slurm.job";
	span.kind = OTLP__SPAN__SPAN_KIND__SPAN_KIND_CONSUMER;
	span.start_time_unix_nano = UINT64_MAX;
	span.end_time_unix_nano = 0;
	span.dropped_attributes_count = 1;
	span.dropped_events_count = 2;
	span.dropped_links_count = 3;
	event.time_unix_nano = 5;
	event.name = (char *)"oom";
	span.events = events;
	span.n_events = 1;
	link.trace_id = span.trace_id;
	link.span_id = span.span_id;
	link.flags = 0x100;
	span.links = links;
	span.n_links = 1;
	status.code = OTLP__STATUS__STATUS_CODE__STATUS_CODE_ERROR;
	status.message = (char *)"exit 1";
	span.status = &status;
	expect_span(
		write_span(&span),
		"{\"traceId\":\"0af7010203000000000000000000009c\","
		"\"spanId\":\"0af7010203000000\",\"traceState\":\"a=b\","
		"\"parentSpanId\":\"000000000000009c\",\"flags\":769,"
		"\"name\":\"slurm.job\",\"kind\":5,"
		"\"startTimeUnixNano\":\"18446744073709551615\","
		"\"endTimeUnixNano\":\"0\",\"droppedAttributesCount\":1,"
		"\"events\":[{\"timeUnixNano\":\"5\",\"name\":\"oom\"}],"
		"\"droppedEventsCount\":2,"
		"\"links\":[{\"traceId\":\"0af7010203000000000000000000009c\","
		"\"spanId\":\"0af7010203000000\",\"flags\":256}],"
		"\"droppedLinksCount\":3,"
		"\"status\":{\"message\":\"exit 1\",\"code\":2}}");
}

Test(json, what_is_not_set_is_not_said)
{
	Otlp__Span span = OTLP__SPAN__INIT;
	Otlp__Status unset = OTLP__STATUS__INIT;

	span.status = &unset;
	expect_span(write_span(&span),
		    "{\"startTimeUnixNano\":\"0\",\"endTimeUnixNano\":\"0\"}");
}

Test(json, one_line_whatever_the_spans_hold)
{
	struct iovec spans[] = { fixture_span("a\nb\r\"\\/\x01", 1),
				 fixture_span("bad \xff utf-8", 2) };
	char *text = write_json(spans, 2);

	cr_assert_null(strchr(text, '\n'));
	cr_assert(strstr(text, "a\\nb\\r\\\"\\\\/\\u0001"), "%s", text);
	cr_assert(strstr(text, "bad \xef\xbf\xbd utf-8"));
	free(text);
	free(spans[0].iov_base);
	free(spans[1].iov_base);
}

static Otlp__AnyValue value_of(Otlp__AnyValue__ValueCase type)
{
	Otlp__AnyValue value = OTLP__ANY_VALUE__INIT;

	value.value_case = type;
	return value;
}

Test(json, integers_are_strings)
{
	Otlp__AnyValue v = value_of(OTLP__ANY_VALUE__VALUE_INT_VALUE);

	v.int_value = INT64_MIN;
	expect_value(&v, "{\"intValue\":\"-9223372036854775808\"}");
	v.int_value = 0;
	expect_value(&v, "{\"intValue\":\"0\"}");
}

Test(json, doubles_are_the_shortest_that_read_back)
{
	const struct {
		double d;
		const char *want;
	} cases[] = {
		{ 0.1, "{\"doubleValue\":0.1}" },
		{ 1.0 / 3, "{\"doubleValue\":0.3333333333333333}" },
		{ DBL_MAX, "{\"doubleValue\":1.7976931348623157e+308}" },
		{ NAN, "{\"doubleValue\":\"NaN\"}" },
		{ INFINITY, "{\"doubleValue\":\"Infinity\"}" },
		{ -INFINITY, "{\"doubleValue\":\"-Infinity\"}" },
	};
	Otlp__AnyValue v = value_of(OTLP__ANY_VALUE__VALUE_DOUBLE_VALUE);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		v.double_value = cases[i].d;
		expect_value(&v, cases[i].want);
	}
}

Test(json, the_other_values)
{
	Otlp__AnyValue v = value_of(OTLP__ANY_VALUE__VALUE_BOOL_VALUE);

	expect_value(&v, "{\"boolValue\":false}");
	v = value_of(OTLP__ANY_VALUE__VALUE_STRING_VALUE);
	v.string_value = (char *)"";
	expect_value(&v, "{\"stringValue\":\"\"}");
	v = value_of(OTLP__ANY_VALUE__VALUE__NOT_SET);
	expect_value(&v, "{}");
}

/* RFC 4648, section 10. */
Test(json, bytes_are_base64)
{
	static const char *const vectors[][2] = {
		{ "", "" },
		{ "f", "Zg==" },
		{ "fo", "Zm8=" },
		{ "foo", "Zm9v" },
		{ "foob", "Zm9vYg==" },
		{ "foobar", "Zm9vYmFy" },
	};
	Otlp__AnyValue v = value_of(OTLP__ANY_VALUE__VALUE_BYTES_VALUE);
	char want[64];

	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		v.bytes_value =
			(ProtobufCBinaryData){ strlen(vectors[i][0]),
					       (uint8_t *)vectors[i][0] };
		snprintf(want, sizeof(want), "{\"bytesValue\":\"%s\"}",
			 vectors[i][1]);
		expect_value(&v, want);
	}
}

Test(json, arrays_and_maps_nest)
{
	Otlp__AnyValue text = value_of(OTLP__ANY_VALUE__VALUE_STRING_VALUE);
	Otlp__AnyValue list = value_of(OTLP__ANY_VALUE__VALUE_ARRAY_VALUE);
	Otlp__AnyValue map = value_of(OTLP__ANY_VALUE__VALUE_KVLIST_VALUE);
	Otlp__AnyValue *items[] = { &text, &text };
	Otlp__ArrayValue array = OTLP__ARRAY_VALUE__INIT;
	Otlp__KeyValue pair = OTLP__KEY_VALUE__INIT, *pairs[] = { &pair };
	Otlp__KeyValueList pairs_list = OTLP__KEY_VALUE_LIST__INIT;

	text.string_value = (char *)"x";
	array.values = items;
	array.n_values = 2;
	list.array_value = &array;
	pair.key = (char *)"in";
	pair.value = &list;
	pairs_list.values = pairs;
	pairs_list.n_values = 1;
	map.kvlist_value = &pairs_list;
	expect_value(&map,
		     "{\"kvlistValue\":{\"values\":[{\"key\":\"in\",\"value\":"
		     "{\"arrayValue\":{\"values\":[{\"stringValue\":\"x\"},"
		     "{\"stringValue\":\"x\"}]}}}]}}");
}

Test(json, depth_is_bounded)
{
	enum { DEPTH = 200 };
	Otlp__AnyValue values[DEPTH], *next[DEPTH];
	Otlp__ArrayValue arrays[DEPTH];
	Otlp__Span span = OTLP__SPAN__INIT;
	Otlp__KeyValue pair = OTLP__KEY_VALUE__INIT, *pairs[] = { &pair };
	int found = 0;
	char *text;

	for (int i = DEPTH - 1; i >= 0; i--) {
		values[i] = value_of(OTLP__ANY_VALUE__VALUE_ARRAY_VALUE);
		otlp__array_value__init(&arrays[i]);
		next[i] = i + 1 < DEPTH ? &values[i + 1] : NULL;
		arrays[i].values = &next[i];
		arrays[i].n_values = i + 1 < DEPTH;
		values[i].array_value = &arrays[i];
	}
	pair.key = (char *)"k";
	pair.value = &values[0];
	span.attributes = pairs;
	span.n_attributes = 1;
	text = write_span(&span);
	for (const char *hit = text; (hit = strstr(hit, "arrayValue")); hit++)
		found++;
	cr_assert_eq(found, 32);
	cr_assert(strstr(text, "[{}]"));
	free(text);
}

/* Adds key and length before the len bytes that end at data. */
static uint8_t *wrap(uint8_t *data, size_t len, uint8_t key)
{
	uint8_t varint[5];
	size_t n = 0;

	do {
		varint[n] = len & 0x7f;
		len >>= 7;
		if (len)
			varint[n] |= 0x80;
		n++;
	} while (len);
	data -= n;
	memcpy(data, varint, n);
	*--data = key;
	return data;
}

/* A span with lists in lists, and nothing else. */
static struct iovec nested_span(uint8_t *end, int lists)
{
	uint8_t *data = end;

	for (int i = 0; i < lists; i++) {
		data = wrap(data, (size_t)(end - data),
			    1 << 3 | 2); /* values */
		data = wrap(data, (size_t)(end - data), 5 << 3 | 2); /* array */
	}
	data = wrap(data, (size_t)(end - data), 2 << 3 | 2); /* value */
	data = wrap(data, (size_t)(end - data), 9 << 3 | 2); /* attribute */
	return (struct iovec){ data, (size_t)(end - data) };
}

static int json_of(struct iovec span)
{
	struct resource *resource = the_resource();
	struct buf buf = BUF_INIT;
	struct err err;
	int rc = json_traces(&(struct batch){ &span, 1, resource }, &buf, &err);

	buf_free(&buf);
	resource_destroy(resource);
	return rc;
}

/* protobuf-c decodes by recursion: this much would overflow the stack. */
Test(json, a_megabyte_of_nested_lists_is_refused)
{
	static uint8_t data[1024 * 1024];
	uint8_t *end = data + sizeof(data);

	cr_assert_eq(json_of(nested_span(end, 120000)), -1);
	cr_assert_eq(errno, EBADMSG);
	cr_assert_eq(json_of(nested_span(end, 600)), -1);
	cr_assert_eq(json_of(nested_span(end, 400)), 0);
}

Test(json, a_list_longer_than_its_span_is_refused)
{
	static uint8_t data[64];
	struct iovec span = nested_span(data + sizeof(data), 3);

	for (size_t cut = 1; cut < span.iov_len; cut++)
		cr_assert_eq(json_of((struct iovec){ span.iov_base, cut }), -1,
			     "%zu", cut);
}
