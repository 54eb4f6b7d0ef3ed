/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Seeds of fuzz_span_json: spans with every part that a span can have. */
#include <stdbool.h>
#include <stdlib.h>

#include "make_seeds.h"
#include "proto/otlp.pb-c.h"

#define NEST 200 /* more than the JSON writer shows */

static void save_span(const char *name, const Otlp__Span *span)
{
	struct buf out = BUF_INIT;

	if (buf_reserve(&out, otlp__span__get_packed_size(span)) == 0)
		out.len = otlp__span__pack(span, out.data);
	save("fuzz_span_json", name, &out);
	buf_free(&out);
}

static Otlp__Span make_span(void)
{
	static uint8_t ids[24] = { 0x4b, 0xf9, 0x2f, 0x35, [23] = 7 };
	Otlp__Span span = OTLP__SPAN__INIT;

	span.trace_id = (ProtobufCBinaryData){ 16, ids };
	span.span_id = (ProtobufCBinaryData){ 8, ids + 16 };
	span.name = (char *)"slurm.job";
	span.kind = OTLP__SPAN__SPAN_KIND__SPAN_KIND_CONSUMER;
	span.start_time_unix_nano = UINT64_C(1700000000000000000);
	span.end_time_unix_nano = UINT64_C(1700000001000000000);
	return span;
}

static Otlp__KeyValue pair(const char *key, Otlp__AnyValue *value)
{
	Otlp__KeyValue pair = OTLP__KEY_VALUE__INIT;

	pair.key = (char *)key;
	pair.value = value;
	return pair;
}

/* Every type of value, and text that is not UTF-8. */
static void attributes(void)
{
	Otlp__AnyValue values[7];
	Otlp__KeyValue pairs[7], *attributes[7];
	Otlp__Span span = make_span();

	for (size_t i = 0; i < 7; i++)
		otlp__any_value__init(&values[i]);
	values[0].value_case = OTLP__ANY_VALUE__VALUE_STRING_VALUE;
	values[0].string_value = (char *)"text \"\\ \x1b[31m \xff\xfe";
	values[1].value_case = OTLP__ANY_VALUE__VALUE_BOOL_VALUE;
	values[1].bool_value = 1;
	values[2].value_case = OTLP__ANY_VALUE__VALUE_INT_VALUE;
	values[2].int_value = INT64_MIN;
	values[3].value_case = OTLP__ANY_VALUE__VALUE_DOUBLE_VALUE;
	values[3].double_value = 0.1;
	values[4].value_case = OTLP__ANY_VALUE__VALUE_DOUBLE_VALUE;
	values[4].double_value = __builtin_inf();
	values[5].value_case = OTLP__ANY_VALUE__VALUE_BYTES_VALUE;
	values[5].bytes_value =
		(ProtobufCBinaryData){ 5, (uint8_t *)"\0\1\2\3\4" };
	for (size_t i = 0; i < 7; i++) {
		pairs[i] = pair("slurm.key", &values[i]);
		attributes[i] = &pairs[i];
	}
	span.n_attributes = 7;
	span.attributes = attributes;
	save_span("attributes", &span);
}

/* Lists in lists: as an array, or of pairs. */
static void nested(const char *name, size_t depth, bool pairs)
{
	Otlp__AnyValue *values = calloc(depth + 1, sizeof(*values));
	Otlp__AnyValue **refs = calloc(depth + 1, sizeof(*refs));
	Otlp__ArrayValue *arrays = calloc(depth + 1, sizeof(*arrays));
	Otlp__KeyValueList *lists = calloc(depth + 1, sizeof(*lists));
	Otlp__KeyValue *kvs = calloc(depth + 1, sizeof(*kvs));
	Otlp__KeyValue **kv_refs = calloc(depth + 1, sizeof(*kv_refs));
	Otlp__Span span = make_span();

	if (!values || !refs || !arrays || !lists || !kvs || !kv_refs)
		exit(1);
	for (size_t i = 0; i <= depth; i++) {
		otlp__any_value__init(&values[i]);
		otlp__array_value__init(&arrays[i]);
		otlp__key_value_list__init(&lists[i]);
		refs[i] = &values[i];
		kvs[i] = pair("k", &values[i]);
		kv_refs[i] = &kvs[i];
	}
	for (size_t i = 0; i < depth; i++) {
		arrays[i].n_values = 1;
		arrays[i].values = &refs[i + 1];
		lists[i].n_values = 1;
		lists[i].values = &kv_refs[i + 1];
		if (pairs) {
			values[i].value_case =
				OTLP__ANY_VALUE__VALUE_KVLIST_VALUE;
			values[i].kvlist_value = &lists[i];
		} else {
			values[i].value_case =
				OTLP__ANY_VALUE__VALUE_ARRAY_VALUE;
			values[i].array_value = &arrays[i];
		}
	}
	span.n_attributes = 1;
	span.attributes = kv_refs;
	save_span(name, &span);
	free(values);
	free(refs);
	free(arrays);
	free(lists);
	free(kvs);
	free(kv_refs);
}

static void parts(void)
{
	Otlp__Span__Event event = OTLP__SPAN__EVENT__INIT, *events = &event;
	Otlp__Span__Link link = OTLP__SPAN__LINK__INIT, *links = &link;
	Otlp__Status status = OTLP__STATUS__INIT;
	Otlp__Span span = make_span();

	save_span("plain", &span);
	event.name = (char *)"exit";
	link.trace_id = span.trace_id;
	link.span_id = span.span_id;
	link.trace_state = (char *)"ot=th:8";
	status.code = 2;
	status.message = (char *)"exit 1";
	span.n_events = 1;
	span.events = &events;
	span.n_links = 1;
	span.links = &links;
	span.status = &status;
	span.parent_span_id = span.span_id;
	save_span("event-link-status", &span);
	span.trace_id.len = 15;
	save_span("short-trace-id", &span);
}

void seed_spans(void)
{
	parts();
	attributes();
	nested("nested-arrays", NEST, false);
	nested("nested-pairs", NEST, true);
}
