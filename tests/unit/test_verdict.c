/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What becomes of a trace, and what slurmctld tells the epilogs of it. */
#include "host/verdict.h"

#include <string.h>

#include <criterion/criterion.h>

#include "host/fate.h"
#include "span/span.h"

static struct config config;

static enum trace_fate fate(const char *text, bool sample_errors)
{
	struct job_context context;

	config.sample_errors = sample_errors;
	cr_assert_eq(job_context_parse(text, &context), 0, "%s", text);
	return trace_fate_of(&config, &context);
}

#define IDS "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-"

Test(verdict, fate_follows_flag_mode_and_configuration)
{
	cr_assert_eq(fate(IDS "01", false), TRACE_EXPORTED);
	cr_assert_eq(fate(IDS "01", true), TRACE_EXPORTED);
	cr_assert_eq(fate(IDS "00", false), TRACE_DROPPED);
	cr_assert_eq(fate(IDS "00", true), TRACE_HELD);
	cr_assert_eq(fate(IDS "00;m=off", true), TRACE_DROPPED);
	cr_assert_eq(fate(IDS "01;m=off", true), TRACE_DROPPED);
}

Test(verdict, comes_back_for_its_attempt_alone)
{
	char text[VERDICT_SIZE];

	for (unsigned i = VERDICT_KEEP; i <= VERDICT_BY_SPANS; i++) {
		trace_verdict_format(4294967295, i, text);
		cr_assert_eq(trace_verdict_parse(text, 4294967295), i);
		cr_assert_eq(trace_verdict_parse(text, 0), VERDICT_NONE);
	}
}

Test(verdict, hostile_text_is_none)
{
	static const char *const bad[] = {
		NULL,      "",        "keep",   "0:",      "0:kee",   "0:keeps",
		" 0:keep", "00:keep", "0:KEEP", "0:keep ", "-0:drop",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert_eq(trace_verdict_parse(bad[i], 0), VERDICT_NONE,
			     "%zu", i);
}

static size_t encode(uint8_t **ret)
{
	struct span *span = span_create(NULL);
	struct trace_context self;
	size_t len;

	cr_assert_eq(traceparent_parse(IDS "00", &self), 0);
	span_set_context(span, &self, NULL, false);
	span_set_name(span, "slurm.job");
	span_set_times(span, 1, 2);
	cr_assert_eq(span_encode(span, ret, &len, NULL), 0);
	span_destroy(span);
	return len;
}

Test(verdict, spans_travel_as_text)
{
	struct buf text = BUF_INIT, span = BUF_INIT;
	struct trace_id trace_id;
	const char *at;
	uint8_t *data;
	size_t len = encode(&data);

	trace_spans_format(data, len, &text);
	trace_spans_format(data, len, &text);
	buf_putc(&text, '\0');
	at = (const char *)text.data;
	for (int i = 0; i < 2; i++) {
		cr_assert_eq(trace_spans_next(&at, &span, &trace_id), 1);
		cr_assert_eq(span.len, len);
		cr_assert_eq(memcmp(span.data, data, len), 0);
		cr_assert_eq(trace_id.b[0], 0x0a);
		cr_assert_eq(trace_id.b[15], 0x9c);
	}
	cr_assert_eq(trace_spans_next(&at, &span, &trace_id), 0);
	free(data);
	buf_free(&text);
	buf_free(&span);
}

#define TRACE_FIELD "0a10000102030405060708090a0b0c0d0e0f"
#define SPAN_FIELD "12080001020304050607"

/* A decoder takes the last of two, and who checked saw the first. */
Test(verdict, a_span_has_one_id_of_each_kind)
{
	static const struct {
		const char *text;
		int is_span;
	} cases[] = {
		{ TRACE_FIELD SPAN_FIELD ",", 1 },
		{ SPAN_FIELD TRACE_FIELD ",", 1 },
		{ TRACE_FIELD TRACE_FIELD SPAN_FIELD ",", 0 },
		{ TRACE_FIELD SPAN_FIELD SPAN_FIELD ",", 0 },
		{ TRACE_FIELD ",", 0 },
		{ SPAN_FIELD ",", 0 },
		{ TRACE_FIELD SPAN_FIELD "0a00,", 0 },
		{ TRACE_FIELD SPAN_FIELD "0801,", 0 },
		{ TRACE_FIELD SPAN_FIELD "4a05,", 0 }, /* cut short */
		{ TRACE_FIELD SPAN_FIELD "4b,", 0 },   /* a group */
	};
	struct buf span = BUF_INIT;
	struct trace_id trace_id;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *at = cases[i].text;

		cr_expect_eq(trace_spans_next(&at, &span, &trace_id),
			     cases[i].is_span, "%s", cases[i].text);
	}
	buf_free(&span);
}

Test(verdict, what_is_no_span_ends_the_text)
{
	static const char *const bad[] = { "",          ",",        "00",
					   "00,",       "0,",       "zz,",
					   "ABCD,",     "0a00,",    ";,",
					   "0a02aabb,", "ffffffff," };
	struct buf span = BUF_INIT;
	struct trace_id trace_id;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *at = bad[i];

		cr_assert_eq(trace_spans_next(&at, &span, &trace_id), 0, "%s",
			     bad[i]);
	}
	buf_free(&span);
}
