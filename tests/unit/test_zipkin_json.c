/* SPDX-License-Identifier: GPL-2.0-or-later */
/* OpenTelemetry spans in Zipkin's form; the rules stand in zipkin_json.h. */
#include "otlp/zipkin_json.h"

#include <errno.h>
#include <json-c/json.h>
#include <math.h>

#include <criterion/criterion.h>

#include "otlp_fixture.h"

static struct config the_config;

static int write_batch(const struct iovec *spans, size_t n, struct buf *ret)
{
	struct resource *resource =
		resource_create(&the_config, "c1", "i1", NULL);
	int rc = zipkin_json(&(struct batch){ spans, n, resource }, ret, NULL);
	int saved = errno;

	buf_putc(ret, '\0');
	resource_destroy(resource);
	errno = saved;
	return rc;
}

/* The one span of a batch; put by the caller. */
static json_object *write_span(const Otlp__Span *span)
{
	struct buf buf = BUF_INIT;
	struct iovec bytes;
	json_object *array, *item;

	bytes.iov_len = otlp__span__get_packed_size(span);
	bytes.iov_base = malloc(bytes.iov_len + 1);
	otlp__span__pack(span, bytes.iov_base);
	cr_assert_eq(write_batch(&bytes, 1, &buf), 0);
	array = json_tokener_parse((char *)buf.data);
	cr_assert(json_object_is_type(array, json_type_array), "%s", buf.data);
	cr_assert_eq(json_object_array_length(array), 1);
	item = json_object_get(json_object_array_get_idx(array, 0));
	json_object_put(array);
	free(bytes.iov_base);
	buf_free(&buf);
	return item;
}

/* A member as text, "-" when there is none. */
static const char *text_of(json_object *object, const char *key)
{
	json_object *value;

	if (!json_object_object_get_ex(object, key, &value))
		return "-";
	return json_object_to_json_string_ext(
		value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}

static json_object *tags_of(json_object *span)
{
	json_object *tags = NULL;

	cr_assert(json_object_object_get_ex(span, "tags", &tags));
	return tags;
}

static Otlp__Span a_span(void)
{
	static uint8_t trace_id[16] = { 0x0a, [15] = 0x9c }, id[8] = { 7 };
	Otlp__Span span = OTLP__SPAN__INIT;

	span.trace_id = (ProtobufCBinaryData){ 16, trace_id };
	span.span_id = (ProtobufCBinaryData){ 8, id };
	span.name = (char *)"slurm.step";
	span.kind = OTLP__SPAN__SPAN_KIND__SPAN_KIND_INTERNAL;
	span.start_time_unix_nano = 1700000000123456789;
	span.end_time_unix_nano = 1700000001123456999;
	return span;
}

static void set_up(void)
{
	the_config = fixture_config();
}

TestSuite(zipkin_json, .init = set_up);

Test(zipkin_json, what_does_not_decode_is_refused)
{
	struct iovec bad = { (void *)"\xff\xff\xff", 3 };
	struct buf buf = BUF_INIT;

	errno = 0;
	cr_assert_eq(write_batch(&bad, 1, &buf), -1);
	cr_assert_eq(errno, EBADMSG);
	buf_free(&buf);
}

Test(zipkin_json, a_span_without_valid_ids_is_refused)
{
	const size_t lengths[][3] = { { 15, 8, 0 },
				      { 0, 8, 0 },
				      { 16, 0, 0 },
				      { 16, 4, 0 },
				      { 16, 8, 4 } };
	uint8_t bytes[16] = { 1 }, packed[128];

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		Otlp__Span span = a_span();
		struct buf buf = BUF_INIT;
		struct iovec iov = { packed, 0 };

		span.trace_id = (ProtobufCBinaryData){ lengths[i][0], bytes };
		span.span_id = (ProtobufCBinaryData){ lengths[i][1], bytes };
		span.parent_span_id =
			(ProtobufCBinaryData){ lengths[i][2], bytes };
		iov.iov_len = otlp__span__pack(&span, packed);
		cr_assert_eq(write_batch(&iov, 1, &buf), -1, "%zu", i);
		cr_assert_eq(errno, EBADMSG);
		buf_free(&buf);
	}
}

Test(zipkin_json, ids_names_and_times)
{
	Otlp__Span span = a_span();
	uint8_t parent[8] = { [7] = 0xfe };
	json_object *got = write_span(&span);

	cr_assert_str_eq(text_of(got, "traceId"),
			 "\"0a00000000000000000000000000009c\"");
	cr_assert_str_eq(text_of(got, "id"), "\"0700000000000000\"");
	cr_assert_str_eq(text_of(got, "parentId"), "-");
	cr_assert_str_eq(text_of(got, "name"), "\"slurm.step\"");
	cr_assert_str_eq(text_of(got, "timestamp"), "1700000000123456");
	cr_assert_str_eq(text_of(got, "duration"), "1000000");
	cr_assert_str_eq(text_of(got, "localEndpoint"),
			 "{\"serviceName\":\"slurm\"}");
	cr_assert_str_eq(text_of(got, "annotations"), "-");
	json_object_put(got);
	span.parent_span_id = (ProtobufCBinaryData){ 8, parent };
	got = write_span(&span);
	cr_assert_str_eq(text_of(got, "parentId"), "\"00000000000000fe\"");
	json_object_put(got);
}

Test(zipkin_json, a_duration_is_at_least_one)
{
	const uint64_t ends[] = { 0, 1700000000123456789, 1700000000123457788 };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		Otlp__Span span = a_span();
		json_object *got;

		span.end_time_unix_nano = ends[i];
		got = write_span(&span);
		cr_assert_str_eq(text_of(got, "duration"), "1", "%zu", i);
		json_object_put(got);
	}
}

Test(zipkin_json, kinds)
{
	const char *const want[] = { "-",
				     "-",
				     "\"SERVER\"",
				     "\"CLIENT\"",
				     "\"PRODUCER\"",
				     "\"CONSUMER\"",
				     "-" };

	for (int kind = 0; kind < 7; kind++) {
		Otlp__Span span = a_span();
		json_object *got;

		span.kind = (Otlp__Span__SpanKind)kind;
		got = write_span(&span);
		cr_assert_str_eq(text_of(got, "kind"), want[kind], "%d", kind);
		json_object_put(got);
	}
}

Test(zipkin_json, scope_and_resource_are_tags)
{
	char *attributes[] = { (char *)"service.namespace=ns",
			       (char *)"mine=resource", NULL };
	Otlp__AnyValue value = OTLP__ANY_VALUE__INIT;
	Otlp__KeyValue pair = OTLP__KEY_VALUE__INIT, *pairs[] = { &pair };
	Otlp__Span span = a_span();
	json_object *got, *tags;

	the_config.resource_attributes = attributes;
	value.value_case = OTLP__ANY_VALUE__VALUE_STRING_VALUE;
	value.string_value = (char *)"span";
	pair.key = (char *)"mine";
	pair.value = &value;
	span.attributes = pairs;
	span.n_attributes = 1;
	got = write_span(&span);
	tags = tags_of(got);
	cr_assert_str_eq(text_of(tags, "otel.scope.name"), "\"slurm-otel\"");
	cr_assert_str_eq(text_of(tags, "otel.library.name"), "\"slurm-otel\"");
	cr_assert_str_neq(text_of(tags, "otel.scope.version"), "-");
	cr_assert_str_eq(text_of(tags, "service.namespace"), "\"ns\"");
	cr_assert_str_eq(text_of(tags, "service.name"), "-");
	cr_assert_str_eq(text_of(tags, "slurm.cluster.name"), "\"c1\"");
	cr_assert_str_eq(text_of(tags, "mine"), "\"span\"");
	json_object_put(got);
}

Test(zipkin_json, a_denied_service_has_the_standards_name)
{
	char *deny[] = { (char *)"service.name", NULL };
	Otlp__Span span = a_span();
	json_object *got;

	the_config.attribute_deny = deny;
	got = write_span(&span);
	cr_assert_str_eq(text_of(got, "localEndpoint"),
			 "{\"serviceName\":\"unknown_service\"}");
	json_object_put(got);
}

static void expect_tag(Otlp__AnyValue *value, const char *want)
{
	Otlp__KeyValue pair = OTLP__KEY_VALUE__INIT, *pairs[] = { &pair };
	Otlp__Span span = a_span();
	json_object *got;

	pair.key = (char *)"k";
	pair.value = value;
	span.attributes = pairs;
	span.n_attributes = 1;
	got = write_span(&span);
	cr_assert_str_eq(text_of(tags_of(got), "k"), want);
	json_object_put(got);
}

Test(zipkin_json, values_become_strings)
{
	Otlp__AnyValue v = OTLP__ANY_VALUE__INIT;

	expect_tag(&v, "\"\"");
	v.value_case = OTLP__ANY_VALUE__VALUE_STRING_VALUE;
	v.string_value = (char *)"a\"\n\xff";
	expect_tag(&v, "\"a\\\"\\n\xef\xbf\xbd\"");
	v.value_case = OTLP__ANY_VALUE__VALUE_BOOL_VALUE;
	v.bool_value = 1;
	expect_tag(&v, "\"true\"");
	v.value_case = OTLP__ANY_VALUE__VALUE_INT_VALUE;
	v.int_value = INT64_MIN;
	expect_tag(&v, "\"-9223372036854775808\"");
	v.value_case = OTLP__ANY_VALUE__VALUE_DOUBLE_VALUE;
	v.double_value = 0.1;
	expect_tag(&v, "\"0.1\"");
	v.double_value = -INFINITY;
	expect_tag(&v, "\"-Infinity\"");
	v.double_value = NAN;
	expect_tag(&v, "\"NaN\"");
	v.value_case = OTLP__ANY_VALUE__VALUE_BYTES_VALUE;
	v.bytes_value = (ProtobufCBinaryData){ 3, (uint8_t *)"\0\xff\0" };
	expect_tag(&v, "\"AP8A\"");
}

Test(zipkin_json, arrays_and_maps_become_the_text_of_json)
{
	Otlp__AnyValue number = OTLP__ANY_VALUE__INIT,
		       text = OTLP__ANY_VALUE__INIT,
		       none = OTLP__ANY_VALUE__INIT,
		       *items[] = { &number, &text, &none };
	Otlp__ArrayValue array = OTLP__ARRAY_VALUE__INIT;
	Otlp__AnyValue v = OTLP__ANY_VALUE__INIT;
	Otlp__KeyValue pair = OTLP__KEY_VALUE__INIT, *pairs[] = { &pair };
	Otlp__KeyValueList list = OTLP__KEY_VALUE_LIST__INIT;

	number.value_case = OTLP__ANY_VALUE__VALUE_INT_VALUE;
	number.int_value = 1;
	text.value_case = OTLP__ANY_VALUE__VALUE_STRING_VALUE;
	text.string_value = (char *)"x";
	array.values = items;
	array.n_values = 3;
	v.value_case = OTLP__ANY_VALUE__VALUE_ARRAY_VALUE;
	v.array_value = &array;
	expect_tag(&v, "\"[1,\\\"x\\\",null]\"");
	pair.key = (char *)"a";
	pair.value = &text;
	list.values = pairs;
	list.n_values = 1;
	v.value_case = OTLP__ANY_VALUE__VALUE_KVLIST_VALUE;
	v.kvlist_value = &list;
	expect_tag(&v, "\"{\\\"a\\\":\\\"x\\\"}\"");
}

static void expect_status(int code, const char *message, const char *want_code,
			  const char *want_error)
{
	Otlp__Status status = OTLP__STATUS__INIT;
	Otlp__Span span = a_span();
	json_object *got;

	status.code = (Otlp__Status__StatusCode)code;
	status.message = (char *)message;
	span.status = &status;
	got = write_span(&span);
	cr_assert_str_eq(text_of(tags_of(got), "otel.status_code"), want_code);
	cr_assert_str_eq(text_of(tags_of(got), "error"), want_error);
	json_object_put(got);
}

Test(zipkin_json, status)
{
	expect_status(0, "said", "-", "-");
	expect_status(1, "said", "\"OK\"", "-");
	expect_status(2, "exit 1", "\"ERROR\"", "\"exit 1\"");
	expect_status(2, "", "\"ERROR\"", "\"\"");
}

Test(zipkin_json, an_attribute_makes_no_error)
{
	Otlp__AnyValue value = OTLP__ANY_VALUE__INIT;
	Otlp__KeyValue pair = OTLP__KEY_VALUE__INIT, *pairs[] = { &pair };
	Otlp__Span span = a_span();
	json_object *got;

	value.value_case = OTLP__ANY_VALUE__VALUE_BOOL_VALUE;
	pair.key = (char *)"error";
	pair.value = &value;
	span.attributes = pairs;
	span.n_attributes = 1;
	got = write_span(&span);
	cr_assert_str_eq(text_of(tags_of(got), "error"), "-");
	json_object_put(got);
}

Test(zipkin_json, nor_does_one_of_the_resource)
{
	char *attributes[] = { (char *)"error=no", (char *)"site=x", NULL };
	Otlp__Span span = a_span();
	json_object *got;

	the_config.resource_attributes = attributes;
	got = write_span(&span);
	cr_assert_str_eq(text_of(tags_of(got), "error"), "-");
	cr_assert_str_eq(text_of(tags_of(got), "site"), "\"x\"");
	json_object_put(got);
}

Test(zipkin_json, what_is_dropped_is_counted)
{
	Otlp__Span__Link link = OTLP__SPAN__LINK__INIT,
			 *links[] = { &link, &link };
	Otlp__Span span = a_span();
	json_object *got = write_span(&span);

	cr_assert_str_eq(text_of(tags_of(got), "otel.dropped_links_count"),
			 "-");
	json_object_put(got);
	span.links = links;
	span.n_links = 2;
	span.dropped_links_count = 3;
	span.dropped_attributes_count = 1;
	span.dropped_events_count = UINT32_MAX;
	span.trace_state = (char *)"a=b";
	got = write_span(&span);
	cr_assert_str_eq(text_of(tags_of(got), "otel.dropped_links_count"),
			 "\"5\"");
	cr_assert_str_eq(text_of(tags_of(got), "otel.dropped_attributes_count"),
			 "\"1\"");
	cr_assert_str_eq(text_of(tags_of(got), "otel.dropped_events_count"),
			 "\"4294967295\"");
	cr_assert_str_eq(text_of(tags_of(got), "w3c.tracestate"), "\"a=b\"");
	json_object_put(got);
}

Test(zipkin_json, events_are_annotations)
{
	Otlp__Span__Event plain = OTLP__SPAN__EVENT__INIT,
			  rich = OTLP__SPAN__EVENT__INIT,
			  *events[] = { &plain, &rich, &plain };
	Otlp__AnyValue value = OTLP__ANY_VALUE__INIT;
	Otlp__KeyValue pair = OTLP__KEY_VALUE__INIT, *pairs[] = { &pair };
	Otlp__Span span = a_span();
	json_object *got;

	value.value_case = OTLP__ANY_VALUE__VALUE_INT_VALUE;
	value.int_value = 9;
	pair.key = (char *)"signal";
	pair.value = &value;
	plain.name = (char *)"oom";
	plain.time_unix_nano = 5999;
	rich.name = (char *)"kill";
	rich.attributes = pairs;
	rich.n_attributes = 1;
	rich.dropped_attributes_count = 2;
	span.events = events;
	span.n_events = 3;
	got = write_span(&span);
	/* the schema wants each once */
	cr_assert_str_eq(text_of(got, "annotations"),
			 "[{\"timestamp\":5,\"value\":\"oom\"},"
			 "{\"timestamp\":0,\"value\":\"\\\"kill\\\": "
			 "{\\\"signal\\\":9,"
			 "\\\"otel.dropped_attributes_count\\\":2}\"}]");
	json_object_put(got);
}

Test(zipkin_json, a_batch_is_an_array)
{
	struct iovec spans[] = { fixture_span("a", 1), fixture_span("b", 2) };
	struct buf buf = BUF_INIT;
	json_object *array;

	cr_assert_eq(write_batch(spans, 2, &buf), 0);
	array = json_tokener_parse((char *)buf.data);
	cr_assert_eq(json_object_array_length(array), 2);
	cr_assert_str_eq(text_of(json_object_array_get_idx(array, 1), "name"),
			 "\"b\"");
	json_object_put(array);
	buf_free(&buf);
	free(spans[0].iov_base);
	free(spans[1].iov_base);
}
