/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Span values and their encoding, read back through protobuf-c; the official
 * schema reads the same bytes in tests/cluster/test_protocol.sh.
 */
#include "span/span.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "proto/otlp.pb-c.h"
#include "span/attrs.h"
#include "util/utf8.h"

static const struct trace_context self = {
	.trace_id = { { 0x0a, 0xf7, 0x65, 0x19, 0x16, 0xcd, 0x43, 0xdd, 0x84,
			0x48, 0xeb, 0x21, 0x1c, 0x80, 0x31, 0x9c } },
	.span_id = { { 0xb7, 0xad, 0x6b, 0x71, 0x69, 0x20, 0x33, 0x31 } },
	.flags = TRACE_FLAG_SAMPLED | TRACE_FLAG_RANDOM,
};
static const struct span_id parent = { { 1, 2, 3, 4, 5, 6, 7, 8 } };

static struct span *new_span(const struct span_limits *limits)
{
	struct span *span = span_create(limits);

	cr_assert_not_null(span);
	span_set_context(span, &self, NULL, false);
	return span;
}

/* Encodes, destroys, and decodes. */
static Otlp__Span *through_the_wire(struct span *span)
{
	struct err err = { "" };
	Otlp__Span *msg;
	uint8_t *data;
	size_t len;

	cr_assert_eq(span_encode(span, &data, &len, &err), 0, "%s", err.msg);
	span_destroy(span);
	msg = otlp__span__unpack(NULL, len, data);
	cr_assert_not_null(msg);
	free(data);
	return msg;
}

static const Otlp__AnyValue *find(const Otlp__Span *msg, const char *key)
{
	const Otlp__AnyValue *found = NULL;

	for (size_t i = 0; i < msg->n_attributes; i++) {
		if (strcmp(msg->attributes[i]->key, key))
			continue;
		cr_assert_null(found, "key %s stands twice", key);
		found = msg->attributes[i]->value;
	}
	return found;
}

Test(span, without_valid_ids_is_refused)
{
	struct trace_context bad = self;
	struct span *span = span_create(NULL);
	struct err err = { "" };
	uint8_t *data = NULL;
	size_t len = 7;

	cr_assert_eq(span_encode(span, &data, &len, &err), -1);
	cr_assert(strstr(err.msg, "ids"));
	memset(&bad.span_id, 0, sizeof(bad.span_id));
	span_set_context(span, &bad, NULL, false);
	cr_assert_eq(span_encode(span, &data, &len, NULL), -1);
	cr_assert_null(data);
	cr_assert_eq(len, 7);
	span_destroy(span);
	span_destroy(NULL);
}

Test(span, carries_identity_times_and_status)
{
	struct span *span = new_span(NULL);
	Otlp__Span *msg;

	span_set_context(span, &self, &parent, true);
	span_set_tracestate(span, "ot=th:8");
	span_set_name(span, "slurm.job");
	span_set_kind(span, SPAN_KIND_CONSUMER);
	span_set_times(span, 1700000000123456789, 1700000001000000000);
	span_set_status(span, SPAN_STATUS_ERROR, "job FAILED");
	msg = through_the_wire(span);
	cr_assert_eq(msg->trace_id.len, 16);
	cr_assert_eq(memcmp(msg->trace_id.data, &self.trace_id, 16), 0);
	cr_assert_eq(memcmp(msg->span_id.data, &self.span_id, 8), 0);
	cr_assert_eq(msg->parent_span_id.len, 8);
	cr_assert_eq(memcmp(msg->parent_span_id.data, &parent, 8), 0);
	cr_assert_eq(msg->flags, 0x303);
	cr_assert_str_eq(msg->trace_state, "ot=th:8");
	cr_assert_str_eq(msg->name, "slurm.job");
	cr_assert_eq(msg->kind, OTLP__SPAN__SPAN_KIND__SPAN_KIND_CONSUMER);
	cr_assert_eq(msg->start_time_unix_nano, 1700000000123456789);
	cr_assert_eq(msg->end_time_unix_nano, 1700000001000000000);
	cr_assert_eq(msg->status->code,
		     OTLP__STATUS__STATUS_CODE__STATUS_CODE_ERROR);
	cr_assert_str_eq(msg->status->message, "job FAILED");
	otlp__span__free_unpacked(msg, NULL);
}

Test(span, root_has_no_parent_and_success_no_status)
{
	static const struct span_id none;
	struct span *span = new_span(NULL);
	Otlp__Span *msg;

	span_set_context(span, &self, &none, true);
	span_set_status(span, SPAN_STATUS_UNSET, "not to be seen");
	msg = through_the_wire(span);
	cr_assert_eq(msg->parent_span_id.len, 0);
	cr_assert_eq(msg->flags, 0x103);
	cr_assert_null(msg->status);
	otlp__span__free_unpacked(msg, NULL);
}

Test(span, never_ends_before_it_starts)
{
	struct span *span = new_span(NULL);
	Otlp__Span *msg;

	span_set_times(span, 500, 499);
	msg = through_the_wire(span);
	cr_assert_eq(msg->start_time_unix_nano, 500);
	cr_assert_eq(msg->end_time_unix_nano, 500);
	otlp__span__free_unpacked(msg, NULL);
}

Test(span, keeps_the_last_value_of_a_key)
{
	struct span *span = new_span(NULL);
	Otlp__Span *msg;

	span_set_str(span, "a", "first");
	span_set_str(span, "b", "text");
	span_set_int(span, "a", -1);
	span_set_double(span, "c", 0.5);
	span_set_bool(span, "d", true);
	span_set_str(span, "b", "other text");
	span_set_str(span, "e", NULL);
	span_set_str(span, "", "no key");
	msg = through_the_wire(span);
	cr_assert_eq(msg->n_attributes, 4);
	cr_assert_eq(find(msg, "a")->int_value, -1);
	cr_assert_str_eq(find(msg, "b")->string_value, "other text");
	cr_assert_eq(find(msg, "c")->double_value, 0.5);
	cr_assert(find(msg, "d")->bool_value);
	cr_assert_eq(msg->dropped_attributes_count, 0);
	otlp__span__free_unpacked(msg, NULL);
}

Test(span, counts_what_is_over_the_limit)
{
	const struct span_limits limits = { 3, 4, NULL };
	struct span *span = new_span(&limits);
	Otlp__Span *msg;
	char key[16];

	for (int i = 0; i < 10; i++) {
		snprintf(key, sizeof(key), "key%d", i);
		span_set_str(span, key, "abcdefgh");
	}
	span_set_str(span, "key1", "again"); /* is there: not dropped */
	msg = through_the_wire(span);
	cr_assert_eq(msg->n_attributes, 3);
	cr_assert_eq(msg->dropped_attributes_count, 7);
	cr_assert_str_eq(find(msg, "key0")->string_value, "abcd");
	cr_assert_str_eq(find(msg, "key1")->string_value, "agai");
	otlp__span__free_unpacked(msg, NULL);
}

Test(span, cuts_strings_between_code_points)
{
	const struct span_limits limits = { 8, 3, NULL };
	struct span *span = new_span(&limits);
	Otlp__Span *msg;

	span_set_str(span, "k", "\xf0\x9f\x98\x80\xc3\xa9zz");
	msg = through_the_wire(span);
	cr_assert_str_eq(find(msg, "k")->string_value,
			 "\xf0\x9f\x98\x80\xc3\xa9z");
	otlp__span__free_unpacked(msg, NULL);
}

/* Asserts that value is an array of strings, of these. */
static void assert_strs(const Otlp__AnyValue *value,
			const char *const *expected)
{
	const Otlp__ArrayValue *list;
	size_t n = 0;

	cr_assert_not_null(value);
	cr_assert_eq(value->value_case, OTLP__ANY_VALUE__VALUE_ARRAY_VALUE);
	list = value->array_value;
	for (; expected[n]; n++) {
		cr_assert_gt(list->n_values, n);
		cr_assert_eq(list->values[n]->value_case,
			     OTLP__ANY_VALUE__VALUE_STRING_VALUE);
		cr_assert_str_eq(list->values[n]->string_value, expected[n]);
	}
	cr_assert_eq(list->n_values, n);
}

Test(span, tells_arrays_of_strings)
{
	const struct span_limits limits = { .attr_count = 5,
					    .attr_value_length = 3 };
	char *first[] = { "a", "", "\xff long", NULL, "behind the end" };
	char *second[] = { "one", "two", "three" };
	struct span *span = new_span(&limits);
	Otlp__Span *msg;

	span_set_str(span, "other", "x");
	span_set_strs(span, "first", first, 5);
	span_set_strs(span, "second", first, 5);
	span_set_strs(span, "second", second, 2);
	span_set_strs(span, "none", NULL, 0);
	span_set_strs(span, "was", second, 3);
	span_set_int(span, "was", 7);
	span_set_strs(span, "too many", second, 3);
	msg = through_the_wire(span);
	assert_strs(find(msg, "first"),
		    (const char *[]){ "a", "", "\xef\xbf\xbd l", NULL });
	assert_strs(find(msg, "second"),
		    (const char *[]){ "one", "two", NULL });
	assert_strs(find(msg, "none"), (const char *[]){ NULL });
	cr_assert_eq(find(msg, "was")->int_value, 7);
	cr_assert_str_eq(find(msg, "other")->string_value, "x");
	cr_assert_eq(msg->dropped_attributes_count, 1);
	otlp__span__free_unpacked(msg, NULL);
}

static size_t strs_told(char *const *values, size_t n)
{
	const struct span_limits limits = { .attr_count = 1 };
	struct span *span = new_span(&limits);
	Otlp__Span *msg;
	size_t ret;

	span_set_strs(span, "list", values, n);
	msg = through_the_wire(span);
	ret = find(msg, "list")->array_value->n_values;
	otlp__span__free_unpacked(msg, NULL);
	return ret;
}

Test(span, bounds_arrays)
{
	char *many[SPAN_STRS_MAX + 2], half[SPAN_STRS_SIZE / 2];
	char huge[2 * SPAN_STRS_SIZE];

	for (size_t i = 0; i < SPAN_STRS_MAX + 2; i++)
		many[i] = "x";
	memset(half, 'h', sizeof(half));
	half[sizeof(half) - 1] = '\0';
	memset(huge, 'H', sizeof(huge));
	huge[sizeof(huge) - 1] = '\0';
	cr_assert_eq(strs_told(many, SPAN_STRS_MAX + 2), SPAN_STRS_MAX);
	many[2] = many[3] = half;
	cr_assert_eq(strs_told(many, 5), 3);
	cr_assert_eq(strs_told(many + 2, 3), 2);
	many[1] = huge;
	cr_assert_eq(strs_told(many, 5), 1);
	cr_assert_eq(strs_told(many + 1, 1), 1, "cut, and not left out");
}

Test(span, denies_keys_and_families)
{
	static const char *const deny[] = { "user.id", "slurm.tres.*", NULL };
	const struct span_limits limits = { 128, 0, deny };
	struct span *span = new_span(&limits);
	Otlp__Span *msg;

	span_set_str(span, "user.id", "1000");
	span_set_str(span, "user.identity", "kept");
	span_set_double(span, "slurm.tres.alloc.cpu", 4);
	span_set_str(span, "slurm.tres", "kept");
	msg = through_the_wire(span);
	cr_assert_eq(msg->n_attributes, 2);
	cr_assert_not_null(find(msg, "user.identity"));
	cr_assert_not_null(find(msg, "slurm.tres"));
	cr_assert_eq(msg->dropped_attributes_count, 0);
	otlp__span__free_unpacked(msg, NULL);
}

Test(span, repairs_every_string)
{
	struct span *span = new_span(NULL);
	Otlp__Span *msg;

	span_set_name(span, "job \xff");
	span_set_str(span, "bad\xc3", "\xed\xa0\x80 x");
	span_set_status(span, SPAN_STATUS_ERROR, "\xf5");
	span_add_event(span, 1, "ev\x80", "k", "\xfe");
	msg = through_the_wire(span);
	cr_assert(utf8_valid(msg->name, strlen(msg->name)));
	cr_assert_str_eq(msg->name, "job \xef\xbf\xbd");
	cr_assert(utf8_valid(msg->attributes[0]->key,
			     strlen(msg->attributes[0]->key)));
	cr_assert_str_eq(msg->status->message, "\xef\xbf\xbd");
	cr_assert_str_eq(msg->events[0]->attributes[0]->value->string_value,
			 "\xef\xbf\xbd");
	otlp__span__free_unpacked(msg, NULL);
}

Test(span, counts_events_and_links_over_the_limit)
{
	struct span *span = new_span(NULL);
	Otlp__Span *msg;

	for (int i = 0; i < SPAN_EVENTS_MAX + 5; i++)
		span_add_event(span, (uint64_t)i, "signal", "n", "v");
	for (int i = 0; i < SPAN_LINKS_MAX + 7; i++)
		span_add_link(span, &self, i == 0, NULL, NULL);
	msg = through_the_wire(span);
	cr_assert_eq(msg->n_events, SPAN_EVENTS_MAX);
	cr_assert_eq(msg->dropped_events_count, 5);
	cr_assert_eq(msg->n_links, SPAN_LINKS_MAX);
	cr_assert_eq(msg->dropped_links_count, 7);
	cr_assert_eq(msg->links[0]->flags, 0x303);
	cr_assert_eq(msg->links[1]->flags, 0x103);
	cr_assert_eq(memcmp(msg->links[1]->span_id.data, &self.span_id, 8), 0);
	otlp__span__free_unpacked(msg, NULL);
}

/* A user may call a job by ten megabytes of anything. */
Test(span, bounds_huge_strings)
{
	const size_t size = 10 << 20;
	struct span *span = new_span(NULL);
	char *huge = malloc(size + 1);
	Otlp__Span *msg;

	memset(huge, 0xff, size);
	huge[size] = '\0';
	span_set_name(span, huge);
	span_set_str(span, "k", huge);
	msg = through_the_wire(span);
	cr_assert_leq(strlen(msg->name), 3 * 1024);
	cr_assert_leq(strlen(find(msg, "k")->string_value), 3 * 1024);
	otlp__span__free_unpacked(msg, NULL);
	free(huge);
}
