/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A span of which only the beginning is known, ended for its writer. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "proto/otlp.pb-c.h"
#include "span/lost.h"
#include "support.h"

#define START 1700000000000000000u
#define END 1700000005000000000u

static const struct span_limits defaults = SPAN_LIMITS_DEFAULT;
static const struct trace_context self = {
	.trace_id.b = { 1, 2, 3 },
	.span_id.b = { 4, 5 },
	.flags = 1,
};
static struct buf out;
static struct err err;

static void encode(struct span *span, uint8_t **ret, size_t *ret_len)
{
	cr_assert_eq(span_encode(span, ret, ret_len, &err), 0, "%s", err.msg);
	span_destroy(span);
}

static struct span *begin(const struct span_limits *limits)
{
	struct span *span = span_create(limits);

	span_set_context(span, &self, &self.span_id, true);
	span_set_name(span, "slurm.step");
	span_set_tracestate(span, "a=b");
	span_set_times(span, START, START);
	span_set_str(span, "slurm.job.id", "7");
	span_set_int(span, "slurm.step.nnodes", 3);
	span_set_double(span, "d", 1.5);
	span_add_link(span, &self, true, NULL, NULL);
	return span;
}

static Otlp__Span *end(struct span *span, const struct span_limits *limits,
		       uint64_t end_ns)
{
	Otlp__Span *ret;
	uint8_t *data;
	size_t len;

	encode(span, &data, &len);
	buf_clear(&out);
	cr_assert_eq(
		span_end_lost(data, len, limits, end_ns, "it died", &out, &err),
		0, "%s", err.msg);
	free(data);
	ret = otlp__span__unpack(NULL, out.len, out.data);
	cr_assert(ret);
	return ret;
}

static const Otlp__KeyValue *attr(const Otlp__Span *span, const char *key)
{
	const Otlp__KeyValue *found = NULL;

	for (size_t i = 0; i < span->n_attributes; i++)
		if (!strcmp(span->attributes[i]->key, key)) {
			cr_assert_null(found, "%s is there twice", key);
			found = span->attributes[i];
		}
	return found;
}

Test(span_lost, keeps_the_beginning_and_adds_the_end)
{
	Otlp__Span *span = end(begin(NULL), &defaults, END);

	cr_assert_eq(memcmp(span->span_id.data, self.span_id.b, 8), 0);
	cr_assert_eq(memcmp(span->parent_span_id.data, self.span_id.b, 8), 0);
	cr_assert_str_eq(span->name, "slurm.step");
	cr_assert_str_eq(span->trace_state, "a=b");
	cr_assert_eq(span->flags, 0x301);
	cr_assert_eq(span->start_time_unix_nano, START);
	cr_assert_eq(span->end_time_unix_nano, END);
	cr_assert_eq(span->n_links, 1);
	cr_assert_eq(span->n_attributes, 4);
	cr_assert_str_eq(attr(span, "slurm.job.id")->value->string_value, "7");
	cr_assert_str_eq(attr(span, "error.type")->value->string_value, "lost");
	cr_assert_eq(span->status->code,
		     OTLP__STATUS__STATUS_CODE__STATUS_CODE_ERROR);
	cr_assert_str_eq(span->status->message, "it died");
	otlp__span__free_unpacked(span, NULL);
}

Test(span_lost, never_ends_before_it_starts)
{
	Otlp__Span *span = end(begin(NULL), &defaults, START - 1);

	cr_assert_eq(span->end_time_unix_nano, START);
	otlp__span__free_unpacked(span, NULL);
}

Test(span_lost, replaces_an_outcome)
{
	struct span *given = begin(NULL);
	Otlp__Span *span;

	span_set_str(given, "error.type", "exit_status");
	span_set_status(given, SPAN_STATUS_ERROR, "another");
	span_set_times(given, START, END + 7);
	span = end(given, &defaults, END);
	cr_assert_str_eq(attr(span, "error.type")->value->string_value, "lost");
	cr_assert_str_eq(span->status->message, "it died");
	cr_assert_eq(span->end_time_unix_nano, END);
	otlp__span__free_unpacked(span, NULL);
}

Test(span_lost, denied)
{
	const char *const deny[] = { "x", "error.*", NULL };
	const struct span_limits limits = { 128, 0, deny };
	Otlp__Span *span = end(begin(NULL), &limits, END);

	cr_assert_null(attr(span, "error.type"));
	cr_assert_eq(span->dropped_attributes_count, 0);
	cr_assert_eq(span->status->code,
		     OTLP__STATUS__STATUS_CODE__STATUS_CODE_ERROR);
	otlp__span__free_unpacked(span, NULL);
}

Test(span_lost, attribute_limit)
{
	const struct span_limits three = { 3, 0, NULL };
	const struct span_limits two = { 2, 0, NULL };
	Otlp__Span *span = end(begin(&three), &three, END);

	cr_assert_null(attr(span, "error.type"));
	cr_assert_eq(span->dropped_attributes_count, 1);
	otlp__span__free_unpacked(span, NULL);
	span = end(begin(&two), &two, END);
	cr_assert_eq(span->n_attributes, 2);
	cr_assert_eq(span->dropped_attributes_count, 2);
	otlp__span__free_unpacked(span, NULL);
}

static int try(const uint8_t *data, size_t len)
{
	buf_clear(&out);
	return span_end_lost(data, len, &defaults, END, "m", &out, &err);
}

Test(span_lost, what_is_no_span)
{
	static const uint8_t group[] = { 0x0b }, zero[] = { 0x00 };
	static const uint8_t huge[] = { 0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f };
	static const uint8_t endless[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
					   0xff, 0xff, 0xff, 0xff, 0xff };

	cr_assert_eq(try((const uint8_t *)"", 0), -1);
	cr_assert_eq(try(group, sizeof(group)), -1);
	cr_assert_eq(try(zero, sizeof(zero)), -1);
	cr_assert_eq(try(huge, sizeof(huge)), -1);
	cr_assert_eq(try(endless, sizeof(endless)), -1);
	cr_assert_eq(errno, EINVAL);
	cr_assert_eq(out.len, 0);
}

Test(span_lost, without_ids_or_start)
{
	Otlp__Span span = OTLP__SPAN__INIT;
	uint8_t id[16] = { 1 }, none[16] = { 0 }, data[256];

	span.trace_id = (ProtobufCBinaryData){ 16, id };
	span.span_id = (ProtobufCBinaryData){ 8, id };
	span.start_time_unix_nano = START;
	cr_assert_eq(try(data, otlp__span__pack(&span, data)), 0);
	span.span_id.data = none;
	cr_assert_eq(try(data, otlp__span__pack(&span, data)), -1);
	span.span_id = (ProtobufCBinaryData){ 7, id };
	cr_assert_eq(try(data, otlp__span__pack(&span, data)), -1);
	span.span_id.len = 8;
	span.trace_id.len = 0;
	cr_assert_eq(try(data, otlp__span__pack(&span, data)), -1);
	span.trace_id.len = 16;
	span.start_time_unix_nano = 0;
	cr_assert_eq(try(data, otlp__span__pack(&span, data)), -1);
}

/* Cut anywhere, with any bit flipped, or noise: refused or still a span whose
 * top level can be walked; never more than was given and the end. */
Test(span_lost, damaged)
{
	uint8_t *data, noise[200];
	uint64_t state = 1;
	size_t len;

	encode(begin(NULL), &data, &len);
	for (size_t cut = 0; cut < len; cut++)
		if (try(data, cut) == 0)
			cr_assert_leq(out.len, cut + 100);
	for (size_t i = 0; i < 8 * len; i++) {
		data[i / 8] ^= (uint8_t)(1 << i % 8);
		if (try(data, len) == 0)
			cr_assert_eq(try(out.data, 0), -1);
		data[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	for (int i = 0; i < 20000; i++) {
		random_bytes(&state, noise, sizeof(noise));
		try(noise, sizeof(noise));
	}
	free(data);
}
