/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The job's context: hostile text, the way there and back, array tasks. */
#include "trace/job_context.h"

#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "support.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define TRACE "0af7651916cd43dd8448eb211c80319c"
#define ROOT "00-" TRACE "-0000000000000000-03"
#define CHILD "00-" TRACE "-b7ad6b7169203331-01"
#define LINK "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

/* Refused, and ret untouched? */
static bool refused(const char *text)
{
	static struct job_context ctx, before;
	int r;

	memset(&ctx, 0x5a, sizeof(ctx));
	before = ctx;
	r = job_context_parse(text, &ctx);
	if (r == 0)
		return false;
	cr_assert_eq(r, -1);
	cr_assert_eq(memcmp(&ctx, &before, sizeof(ctx)), 0, "%s", text);
	return true;
}

static void assert_hex(const uint8_t *bytes, size_t len, const char *expected)
{
	char text[2 * TRACE_ID_SIZE + 1];

	for (size_t i = 0; i < len; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	cr_assert_str_eq(text, expected);
}

Test(job_context, refuses_what_is_malformed)
{
	static const char *const bad[] = {
		"",
		"garbage",
		"01-" TRACE "-b7ad6b7169203331-01",
		"ff-" TRACE "-b7ad6b7169203331-01",
		"00-00000000000000000000000000000000-b7ad6b7169203331-01",
		"00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
		"00-" TRACE "-b7ad6b7169203331-1",
		CHILD "-",
		CHILD "0",
		CHILD " ",
		CHILD ";",
		CHILD ";;t=1",
		CHILD ";t=1;",
		CHILD ";t",
		CHILD ";r=00f067aa0ba902b",
		CHILD ";r=00f067aa0ba902b7a",
		CHILD ";r=00F067aa0ba902b7",
		CHILD ";r=0000000000000000",
		CHILD ";r=00f067aa0ba902b7;r=00f067aa0ba902b7",
		CHILD ";m=",
		CHILD ";m=loud",
		CHILD ";m=On",
		CHILD ";m=on;m=on",
		CHILD ";=1",
		CHILD ";t=",
		CHILD ";t=-1",
		CHILD ";t=+1",
		CHILD ";t= 1",
		CHILD ";t=1 ",
		CHILD ";t=0x10",
		CHILD ";t=1e9",
		CHILD ";t=1.5",
		CHILD ";t=18446744073709551616",
		CHILD ";t=18446744073709551620",
		CHILD ";t=99999999999999999999",
		CHILD ";t=340282366920938463463374607431768211457",
		CHILD ";t=1;t=1",
		CHILD ";l=",
		CHILD ";l=" TRACE,
		CHILD ";l=" LINK "0",
		CHILD ";l=" ROOT,
		CHILD ";l=ff-" TRACE "-b7ad6b7169203331-01",
		CHILD ";l=" LINK ";l=" LINK,
		CHILD ";t=1;l=" LINK ";t=1",
	};

	cr_assert(refused(NULL));
	for (size_t i = 0; i < COUNT(bad); i++)
		cr_assert(refused(bad[i]), "%s", bad[i]);
}

Test(job_context, refuses_every_wrong_character_of_the_first_field)
{
	for (size_t at = 0; at < TRACEPARENT_LEN; at++) {
		for (int c = 0; c < 256; c++) {
			const bool digit = (c >= '0' && c <= '9') ||
					   (c >= 'a' && c <= 'f');
			char text[] = CHILD ";t=1";
			bool good = CHILD[at] == '-' ? c == '-' : digit;

			if (at < 2)
				good = c == '0';
			text[at] = (char)c;
			cr_assert_eq(refused(text), !good, "byte %d at %zu", c,
				     at);
		}
	}
}

Test(job_context, reads_no_further_than_its_limit)
{
	char text[JOB_CONTEXT_LEN_MAX + 2];
	char *hostile = guarded_alloc(JOB_CONTEXT_LEN_MAX + 1);

	memset(text, 'x', sizeof(text));
	memcpy(text, CHILD ";x=", strlen(CHILD ";x="));
	memcpy(hostile, text, JOB_CONTEXT_LEN_MAX + 1);
	cr_assert(refused(hostile));
	text[JOB_CONTEXT_LEN_MAX + 1] = '\0';
	cr_assert(refused(text));
	text[JOB_CONTEXT_LEN_MAX] = '\0';
	cr_assert_not(refused(text));
	/* every shorter one too, each up to an unreadable page */
	for (size_t len = 0; len < TRACEPARENT_LEN; len++) {
		hostile = guarded_alloc(len + 1);
		memcpy(hostile, text, len);
		hostile[len] = '\0';
		cr_assert(refused(hostile), "%zu", len);
	}
}

Test(job_context, a_root_without_parent)
{
	static struct job_context ctx;

	memset(&ctx, 0x5a, sizeof(ctx));
	cr_assert_eq(job_context_parse(ROOT, &ctx), 0);
	assert_hex(ctx.trace_id.b, TRACE_ID_SIZE, TRACE);
	cr_assert_not(span_id_valid(&ctx.parent_id));
	cr_assert_eq(ctx.flags, TRACE_FLAG_SAMPLED | TRACE_FLAG_RANDOM);
	cr_assert_eq(ctx.submit_ns, 0);
	cr_assert_not(ctx.has_link);
	cr_assert_str_eq(ctx.tracestate, "");
	cr_assert_str_eq(ctx.baggage, "");
}

Test(job_context, every_field)
{
	static struct job_context ctx;

	cr_assert_eq(
		job_context_parse(CHILD ";t=1700000000123456789;l=" LINK, &ctx),
		0);
	assert_hex(ctx.parent_id.b, SPAN_ID_SIZE, "b7ad6b7169203331");
	cr_assert_eq(ctx.flags, TRACE_FLAG_SAMPLED);
	cr_assert_eq(ctx.submit_ns, UINT64_C(1700000000123456789));
	cr_assert(ctx.has_link);
	assert_hex(ctx.link.trace_id.b, TRACE_ID_SIZE,
		   "4bf92f3577b34da6a3ce929d0e0e4736");
	assert_hex(ctx.link.span_id.b, SPAN_ID_SIZE, "00f067aa0ba902b7");
	cr_assert_eq(ctx.link.flags, TRACE_FLAG_SAMPLED);
}

Test(job_context, fields_in_any_order_and_of_later_versions)
{
	static struct job_context ctx;

	cr_assert_eq(job_context_parse(ROOT ";l=" LINK ";new=;t=7;z=a=b", &ctx),
		     0);
	cr_assert_eq(ctx.submit_ns, 7);
	cr_assert(ctx.has_link);
	cr_assert_eq(job_context_parse(ROOT ";tt=x;T=y", &ctx), 0);
	cr_assert_eq(ctx.submit_ns, 0);
	cr_assert_not(ctx.has_link);
}

Test(job_context, times_at_the_edge)
{
	static const struct {
		const char *text;
		uint64_t ns;
	} times[] = {
		{ ROOT ";t=0", 0 },
		{ ROOT ";t=18446744073709551615", UINT64_MAX },
		{ ROOT ";t=18446744073709551609", UINT64_MAX - 6 },
		{ ROOT ";t=00000000000000000000000000007", 7 },
	};
	static struct job_context ctx;

	for (size_t i = 0; i < COUNT(times); i++) {
		cr_assert_eq(job_context_parse(times[i].text, &ctx), 0);
		cr_assert_eq(ctx.submit_ns, times[i].ns);
	}
}

Test(job_context, unknown_flags_are_dropped)
{
	static struct job_context ctx;
	char text[JOB_CONTEXT_LEN_MAX + 1];

	cr_assert_eq(
		job_context_parse("00-" TRACE "-0000000000000000-fd", &ctx), 0);
	cr_assert_eq(ctx.flags, TRACE_FLAG_SAMPLED);
	ctx.flags = 0xff;
	job_context_format(&ctx, text);
	cr_assert_str_eq(text, ROOT);
}

Test(job_context, load_survives_bad_company)
{
	static struct job_context ctx;

	cr_assert_eq(job_context_load(NULL, "a=1", "b=2", &ctx), -1);
	cr_assert_eq(job_context_load("bad", "a=1", "b=2", &ctx), -1);
	cr_assert_eq(job_context_load(CHILD, NULL, NULL, &ctx), 0);
	cr_assert_str_eq(ctx.tracestate, "");
	cr_assert_str_eq(ctx.baggage, "");
	cr_assert_eq(job_context_load(CHILD, "a=1 , b=2", "c = 3", &ctx), 0);
	cr_assert_str_eq(ctx.tracestate, "a=1,b=2");
	cr_assert_str_eq(ctx.baggage, "c=3");
	cr_assert_eq(job_context_load(CHILD, "A=1", "c=3", &ctx), 0);
	cr_assert_str_eq(ctx.tracestate, "");
	cr_assert_str_eq(ctx.baggage, "c=3");
	cr_assert_eq(job_context_load(CHILD, "a=1", "c", &ctx), 0);
	cr_assert_str_eq(ctx.tracestate, "a=1");
	cr_assert_str_eq(ctx.baggage, "");
}

Test(job_context, fallback_is_what_both_sides_derive)
{
	static struct job_context ctx;
	struct trace_id id;

	memset(&ctx, 0x5a, sizeof(ctx));
	job_context_fallback("alpha", 42, 0xff, &ctx);
	trace_id_from_job("alpha", 42, &id);
	cr_assert(trace_id_equal(&ctx.trace_id, &id));
	cr_assert_not(span_id_valid(&ctx.parent_id));
	cr_assert_eq(ctx.flags, TRACE_FLAGS_KNOWN);
	cr_assert_eq(ctx.submit_ns, 0);
	cr_assert_not(ctx.has_link);
	cr_assert_str_eq(ctx.tracestate, "");
	cr_assert_str_eq(ctx.baggage, "");
}

Test(job_context, an_array_that_was_given_a_parent_stays_one_trace)
{
	static struct job_context ctx, before;

	cr_assert_eq(job_context_load(CHILD ";t=7", "ot=th:8", "b=1", &ctx), 0);
	before = ctx;
	job_context_for_array_task(&ctx, "alpha", 100, 103);
	cr_assert_eq(memcmp(&ctx, &before, sizeof(ctx)), 0);
}

Test(job_context, array_tasks_get_traces_linked_to_the_submission)
{
	static struct job_context array, task, other;
	struct span_id submission;
	const struct span_key key = {
		.trace_id = &array.trace_id,
		.cluster = "alpha",
		.job_id = 100,
		.what = SPAN_SUBMISSION,
	};
	struct trace_id expected;

	cr_assert_eq(job_context_load(ROOT ";t=7", "a=1", "b=1", &array), 0);
	task = other = array;
	job_context_for_array_task(&task, "alpha", 100, 103);
	job_context_for_array_task(&other, "alpha", 100, 104);

	trace_id_for_array_task(&array.trace_id, "alpha", 103, &expected);
	cr_assert(trace_id_equal(&task.trace_id, &expected));
	cr_assert_not(trace_id_equal(&task.trace_id, &other.trace_id));
	span_id_derive(&key, &submission);
	cr_assert(task.has_link);
	cr_assert(trace_id_equal(&task.link.trace_id, &array.trace_id));
	cr_assert(span_id_equal(&task.link.span_id, &submission));
	cr_assert_eq(task.link.flags, array.flags);
	cr_assert(span_id_equal(&other.link.span_id, &submission));
	/* and all else as the array has it */
	cr_assert_not(span_id_valid(&task.parent_id));
	cr_assert_eq(task.flags, array.flags);
	cr_assert_eq(task.submit_ns, 7);
	cr_assert_str_eq(task.tracestate, "a=1");
	cr_assert_str_eq(task.baggage, "b=1");
}

Test(job_context, array_tasks_keep_the_link_to_the_submitter)
{
	static struct job_context ctx;
	struct trace_context link;

	cr_assert_eq(job_context_parse(ROOT ";l=" LINK, &ctx), 0);
	link = ctx.link;
	job_context_for_array_task(&ctx, "alpha", 100, 103);
	cr_assert(ctx.has_link);
	cr_assert_eq(memcmp(&ctx.link, &link, sizeof(link)), 0);
}

Test(job_context, random_contexts_round_trip)
{
	static struct job_context in, out;
	uint64_t seed = 160;

	for (int i = 0; i < 20000; i++) {
		char text[JOB_CONTEXT_LEN_MAX + 1];
		char again[JOB_CONTEXT_LEN_MAX + 1];

		random_bytes(&seed, &in.trace_id, sizeof(in.trace_id));
		random_bytes(&seed, &in.parent_id, sizeof(in.parent_id));
		if (random_below(&seed, 3) == 0)
			memset(&in.parent_id, 0, sizeof(in.parent_id));
		in.flags = (uint8_t)random_below(&seed, 4);
		in.submit_ns = next_random(&seed) >> random_below(&seed, 64);
		if (random_below(&seed, 3) == 0)
			in.submit_ns = 0;
		in.has_link = random_below(&seed, 2);
		memset(&in.link, 0, sizeof(in.link));
		if (in.has_link) {
			random_bytes(&seed, &in.link, sizeof(in.link));
			in.link.flags &= TRACE_FLAGS_KNOWN;
		}
		memset(&in.root_id, 0, sizeof(in.root_id));
		if (random_below(&seed, 2))
			random_bytes(&seed, &in.root_id, sizeof(in.root_id));
		in.mode = (enum trace_mode)random_below(&seed, 4);
		memset(text, '?', sizeof(text));
		job_context_format(&in, text);
		cr_assert_lt(strnlen(text, sizeof(text)), sizeof(text));
		cr_assert_eq(job_context_parse(text, &out), 0, "%s", text);
		cr_assert_eq(memcmp(&in.trace_id, &out.trace_id, 16), 0);
		cr_assert_eq(memcmp(&in.parent_id, &out.parent_id, 8), 0);
		cr_assert_eq(in.flags, out.flags);
		cr_assert_eq(in.submit_ns, out.submit_ns);
		cr_assert_eq(in.has_link, out.has_link);
		cr_assert_eq(memcmp(&in.link, &out.link, sizeof(in.link)), 0);
		cr_assert(span_id_equal(&in.root_id, &out.root_id));
		cr_assert_eq(in.mode, out.mode);
		job_context_format(&out, again);
		cr_assert_str_eq(again, text);
	}
}

Test(job_context, the_chosen_root_is_that_of_the_first_attempt)
{
	static struct job_context ctx;
	struct span_id first, second, derived;

	cr_assert_eq(job_context_parse(ROOT, &ctx), 0);
	job_context_root_id(&ctx, "alpha", 7, 0, &derived);
	cr_assert_eq(job_context_parse(ROOT ";r=00f067aa0ba902b7", &ctx), 0);
	job_context_root_id(&ctx, "alpha", 7, 0, &first);
	job_context_root_id(&ctx, "alpha", 7, 1, &second);
	assert_hex(first.b, sizeof(first.b), "00f067aa0ba902b7");
	cr_assert_not(span_id_equal(&first, &derived));
	cr_assert_not(span_id_equal(&second, &first));
	cr_assert_not(span_id_equal(&second, &derived));
}

Test(job_context, array_tasks_do_not_share_a_chosen_root)
{
	static struct job_context one, other;
	struct span_id a, b;

	cr_assert_eq(job_context_parse(CHILD ";r=00f067aa0ba902b7", &one), 0);
	other = one;
	job_context_for_array_task(&one, "alpha", 100, 101);
	job_context_for_array_task(&other, "alpha", 100, 102);
	job_context_root_id(&one, "alpha", 101, 0, &a);
	job_context_root_id(&other, "alpha", 102, 0, &b);
	cr_assert_not(span_id_equal(&a, &b));
}
