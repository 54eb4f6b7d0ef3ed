/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sampling: names, thresholds, parents, and the ot member of tracestate. */
#include "trace/sampler.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "support.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* r: the 56 bits that decide */
#define ROOT_R(r) "00-0af7651916cd43dd84" r "-0000000000000000-00"
#define CHILD_R(r, flags) "00-0af7651916cd43dd84" r "-b7ad6b7169203331-" flags

static const struct sampler on = { SAMPLER_ALWAYS_ON, false, 1 };
static const struct sampler off = { SAMPLER_ALWAYS_OFF, false, 1 };
static const struct sampler parent_on = { SAMPLER_ALWAYS_ON, true, 1 };
static const struct sampler parent_off = { SAMPLER_ALWAYS_OFF, true, 1 };

static struct sampler ratio(double p)
{
	return (struct sampler){ SAMPLER_TRACEIDRATIO, false, p };
}

static struct sampler parent_ratio(double p)
{
	return (struct sampler){ SAMPLER_TRACEIDRATIO, true, p };
}

/* Decides for a context; *ret_tracestate is what is left, until the next. */
static bool sampled(const struct sampler *sampler, const char *context,
		    const char *tracestate, const char **ret_tracestate)
{
	static struct job_context ctx;
	uint8_t random;

	cr_assert_eq(job_context_load(context, tracestate, NULL, &ctx), 0, "%s",
		     context);
	random = ctx.flags & TRACE_FLAG_RANDOM;
	sampler_decide(sampler, &ctx);
	cr_assert_eq(ctx.flags & (uint8_t)~TRACE_FLAG_SAMPLED, random);
	*ret_tracestate = ctx.tracestate;
	return ctx.flags & TRACE_FLAG_SAMPLED;
}

Test(sampler, refuses_unknown_names)
{
	static const char *const bad[] = {
		"",
		"always",
		"always_on ",
		" always_on",
		"traceidratio=1",
		"parentbased_jaeger_remote",
		"jaeger_remote",
		"xray",
		"parentbased",
	};
	struct sampler s = { SAMPLER_ALWAYS_OFF, true, 0.25 };

	for (size_t i = 0; i < COUNT(bad); i++) {
		cr_assert_eq(sampler_parse(bad[i], &s), -1, "%s", bad[i]);
		cr_assert_eq(s.kind, SAMPLER_ALWAYS_OFF);
		cr_assert(s.parent_based);
		cr_assert_eq(s.ratio, 0.25);
	}
}

Test(sampler, parses_names_in_any_case)
{
	static const struct {
		const char *name;
		enum sampler_kind kind;
		bool parent_based;
	} good[] = {
		{ "always_on", SAMPLER_ALWAYS_ON, false },
		{ "always_off", SAMPLER_ALWAYS_OFF, false },
		{ "traceidratio", SAMPLER_TRACEIDRATIO, false },
		{ "parentbased_always_on", SAMPLER_ALWAYS_ON, true },
		{ "parentbased_always_off", SAMPLER_ALWAYS_OFF, true },
		{ "parentbased_traceidratio", SAMPLER_TRACEIDRATIO, true },
		{ "ParentBased_TraceIdRatio", SAMPLER_TRACEIDRATIO, true },
	};

	for (size_t i = 0; i < COUNT(good); i++) {
		struct sampler s = { SAMPLER_ALWAYS_OFF, false, 0.25 };

		cr_assert_eq(sampler_parse(good[i].name, &s), 0);
		cr_assert_eq(s.kind, good[i].kind);
		cr_assert_eq(s.parent_based, good[i].parent_based);
		cr_assert_eq(s.ratio, 1.0);
	}
}

/* The table of OpenTelemetry's "TraceState: Probability Sampling", precision
 * 4, and the edges. */
Test(sampler, thresholds)
{
	static const struct {
		double ratio;
		const char *tracestate;
	} table[] = {
		{ 1, "ot=th:0" },
		{ 1.0 / 2, "ot=th:8" },
		{ 1.0 / 3, "ot=th:aaab" },
		{ 1.0 / 4, "ot=th:c" },
		{ 1.0 / 5, "ot=th:cccd" },
		{ 1.0 / 8, "ot=th:e" },
		{ 1.0 / 10, "ot=th:e666" },
		{ 1.0 / 16, "ot=th:f" },
		{ 1.0 / 100, "ot=th:fd70a" },
		{ 1.0 / 1000, "ot=th:ffbe77" },
		{ 1.0 / 10000, "ot=th:fff9724" },
		{ 1.0 / 100000, "ot=th:ffff583a" },
		{ 1.0 / 1000000, "ot=th:ffffef39" },
		{ 2, "ot=th:0" },
		{ INFINITY, "ot=th:0" },
		{ 0.999999999, "ot=th:0" },
		{ 0.9999, "ot=th:0007" },
		{ 0x1p-55, "ot=th:fffffffffffffe" },
		{ 0x1p-56, "ot=th:ffffffffffffff" },
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		const struct sampler s = ratio(table[i].ratio);
		const char *tracestate;

		cr_assert(sampled(&s, ROOT_R("ffffffffffffff"), NULL,
				  &tracestate));
		cr_assert_str_eq(tracestate, table[i].tracestate, "%g",
				 table[i].ratio);
	}
}

Test(sampler, no_chance_keeps_nothing)
{
	static const double none[] = { 0,      -0.0,      -1, 0x1p-57,
				       1e-300, -INFINITY, NAN };

	for (size_t i = 0; i < COUNT(none); i++) {
		const struct sampler s = ratio(none[i]);
		const char *tracestate;

		cr_assert_not(sampled(&s, ROOT_R("ffffffffffffff"), "a=1",
				      &tracestate));
		cr_assert_str_eq(tracestate, "a=1");
	}
}

/* The T that is written is the T that decides, to the last bit. */
Test(sampler, keeps_from_the_threshold_on)
{
	static const struct {
		double ratio;
		const char *below, *at;
	} edges[] = {
		{ 0.5, ROOT_R("7fffffffffffff"), ROOT_R("80000000000000") },
		{ 0.1, ROOT_R("e665ffffffffff"), ROOT_R("e6660000000000") },
		{ 0.01, ROOT_R("fd709fffffffff"), ROOT_R("fd70a000000000") },
		{ 0x1p-56, ROOT_R("fffffffffffffe"), ROOT_R("ffffffffffffff") },
	};
	const char *tracestate;

	for (size_t i = 0; i < COUNT(edges); i++) {
		const struct sampler s = ratio(edges[i].ratio);

		cr_assert_not(sampled(&s, edges[i].below, NULL, &tracestate));
		cr_assert_str_eq(tracestate, "");
		cr_assert(sampled(&s, edges[i].at, NULL, &tracestate));
		cr_assert_neq(tracestate[0], '\0');
	}
	{
		const struct sampler all = ratio(1);

		cr_assert(sampled(&all, ROOT_R("00000000000000"), NULL,
				  &tracestate));
	}
}

Test(sampler, explicit_randomness_decides_and_is_never_changed)
{
	const struct sampler half = ratio(0.5);
	const char *ts;

	cr_assert(sampled(&half, ROOT_R("00000000000000"),
			  "ot=rv:80000000000000", &ts));
	cr_assert_str_eq(ts, "ot=th:8;rv:80000000000000");
	cr_assert_not(sampled(&half, ROOT_R("ffffffffffffff"),
			      "a=1,ot=rv:7fffffffffffff", &ts));
	cr_assert_str_eq(ts, "a=1,ot=rv:7fffffffffffff");
	/* malformed: the trace id decides, and the text stays */
	cr_assert(sampled(&half, ROOT_R("ffffffffffffff"),
			  "ot=rv:7fffffffffffF0", &ts));
	cr_assert_str_eq(ts, "ot=th:8;rv:7fffffffffffF0");
	cr_assert(sampled(&half, ROOT_R("ffffffffffffff"), "ot=rv:7", &ts));
	cr_assert_str_eq(ts, "ot=th:8;rv:7");
	cr_assert_not(sampled(&half, ROOT_R("00000000000000"),
			      "ot=xrv:ffffffffffffff;rv:;rv", &ts));
	cr_assert_str_eq(ts, "ot=xrv:ffffffffffffff;rv:;rv");
}

Test(sampler, other_members_and_sub_keys_stay)
{
	const struct sampler half = ratio(0.5);
	const char *ts;

	cr_assert(sampled(&half, ROOT_R("ffffffffffffff"),
			  "a=1,ot=p:8;th:fff;rv:90000000000000;x:,b=2", &ts));
	cr_assert_str_eq(ts, "ot=th:8;p:8;rv:90000000000000;x:,a=1,b=2");
	/* dropped: every stale th, and the member when nothing is left */
	cr_assert_not(sampled(&half, ROOT_R("00000000000000"),
			      "a=1,ot=th:0;p:8;th:1,b=2", &ts));
	cr_assert_str_eq(ts, "ot=p:8,a=1,b=2");
	cr_assert_not(sampled(&half, ROOT_R("00000000000000"),
			      "a=1,ot=th:0,b=2", &ts));
	cr_assert_str_eq(ts, "a=1,b=2");
	/* nothing to drop: not even the order changes */
	cr_assert_not(sampled(&half, ROOT_R("00000000000000"),
			      "a=1,ot=p:8;;xth:1,b=2", &ts));
	cr_assert_str_eq(ts, "a=1,ot=p:8;;xth:1,b=2");
	/* blanks left at the end would make no member */
	cr_assert_not(
		sampled(&half, ROOT_R("00000000000000"), "ot=p:8 ; th:0", &ts));
	cr_assert_str_eq(ts, "ot=p:8");
}

Test(sampler, a_full_ot_member_loses_its_stale_th_and_nothing_else)
{
	const struct sampler third = ratio(1.0 / 3);
	char text[TRACESTATE_MAX + 1] = "ot=x:";
	char *end = text + strlen(text);
	const char *ts;

	/* 256 characters: no room for th:aaab; */
	memset(end, 'v', 254);
	memcpy(end + 249, ";th:1", 6);
	cr_assert_eq(strlen(text), 3 + 256);
	cr_assert(sampled(&third, ROOT_R("ffffffffffffff"), text, &ts));
	end[249] = '\0';
	cr_assert_str_eq(ts, text);
	/* 248 characters: just room */
	end[246] = '\0';
	cr_assert(sampled(&third, ROOT_R("ffffffffffffff"), text, &ts));
	cr_assert_eq(strlen(ts), 3 + 256);
	cr_assert(strncmp(ts, "ot=th:aaab;x:v", 14) == 0);
}

Test(sampler, always_on_and_off)
{
	const char *ts;

	cr_assert(sampled(&on, ROOT_R("00000000000000"), "a=1", &ts));
	cr_assert_str_eq(ts, "a=1");
	cr_assert_not(sampled(&off, ROOT_R("ffffffffffffff"), "a=1", &ts));
	cr_assert_str_eq(ts, "a=1");
	cr_assert(sampled(&parent_on, ROOT_R("00000000000000"), NULL, &ts));
	cr_assert_not(
		sampled(&parent_off, ROOT_R("ffffffffffffff"), NULL, &ts));
	/* without parentbased_ the parent has no say, and its th is stale */
	cr_assert(sampled(&on, CHILD_R("80000000000000", "00"), "ot=th:8;x:1",
			  &ts));
	cr_assert_str_eq(ts, "ot=x:1");
	cr_assert_not(
		sampled(&off, CHILD_R("80000000000000", "03"), "ot=th:8", &ts));
	cr_assert_str_eq(ts, "");
}

Test(sampler, a_parent_decides_whatever_the_kind)
{
	const struct sampler samplers[] = { parent_on, parent_off,
					    parent_ratio(0), parent_ratio(1) };
	const char *ts;

	for (size_t i = 0; i < COUNT(samplers); i++) {
		cr_assert(sampled(&samplers[i], CHILD_R("00000000000000", "01"),
				  "a=1", &ts));
		cr_assert_str_eq(ts, "a=1");
		cr_assert_not(sampled(&samplers[i],
				      CHILD_R("ffffffffffffff", "00"), "a=1",
				      &ts));
		cr_assert_str_eq(ts, "a=1");
	}
}

Test(sampler, without_parentbased_a_ratio_overrules_the_parent)
{
	const struct sampler half = ratio(0.5), root = parent_ratio(0.5);
	const char *ts;

	cr_assert(sampled(&half, CHILD_R("80000000000000", "00"), NULL, &ts));
	cr_assert_not(
		sampled(&half, CHILD_R("00000000000000", "01"), NULL, &ts));
	cr_assert(sampled(&root, ROOT_R("80000000000000"), NULL, &ts));
	cr_assert_str_eq(ts, "ot=th:8");
	cr_assert_not(sampled(&root, ROOT_R("00000000000000"), NULL, &ts));
}

Test(sampler, the_th_of_a_parent_stays_when_it_is_borne_out)
{
	static const struct {
		const char *context, *in, *out;
	} table[] = {
		{ CHILD_R("80000000000000", "01"), "a=1,ot=th:8",
		  "a=1,ot=th:8" },
		{ CHILD_R("00000000000000", "01"), "ot=rv:90000000000000;th:8",
		  "ot=rv:90000000000000;th:8" },
		{ CHILD_R("ffffffffffffff", "01"), "ot=th:ffffffffffffff",
		  "ot=th:ffffffffffffff" },
		{ CHILD_R("00000000000000", "01"), "ot=th:0", "ot=th:0" },
		/* sampled, though R < T */
		{ CHILD_R("7fffffffffffff", "01"), "ot=th:8", "" },
		{ CHILD_R("80000000000000", "01"), "ot=rv:70000000000000;th:8",
		  "ot=rv:70000000000000" },
		/* not sampled */
		{ CHILD_R("00000000000000", "00"), "ot=th:8", "" },
		{ CHILD_R("ffffffffffffff", "00"), "ot=th:8", "" },
		/* no threshold at all */
		{ CHILD_R("ffffffffffffff", "01"), "ot=th:", "" },
		{ CHILD_R("ffffffffffffff", "01"), "ot=th:C", "" },
		{ CHILD_R("ffffffffffffff", "01"), "ot=th:000000000000000",
		  "" },
		{ CHILD_R("ffffffffffffff", "01"), "ot=th:0x1;y:1", "ot=y:1" },
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		const char *ts;

		sampled(&parent_on, table[i].context, table[i].in, &ts);
		cr_assert_str_eq(ts, table[i].out, "%s", table[i].in);
	}
}

/* Consistent: kept at a ratio, kept at every higher one. */
Test(sampler, decisions_are_consistent_and_near_the_ratio)
{
	static struct job_context ctx;
	static const double ratios[] = { 0.9, 0.5, 0.1, 0.01 };
	unsigned int kept[COUNT(ratios)] = { 0 };
	uint64_t seed = 56;

	for (int i = 0; i < 100000; i++) {
		bool before = true;

		random_bytes(&seed, &ctx.trace_id, sizeof(ctx.trace_id));
		for (size_t k = 0; k < COUNT(ratios); k++) {
			const struct sampler s = ratio(ratios[k]);
			bool now;

			ctx.flags = 0;
			ctx.tracestate[0] = '\0';
			sampler_decide(&s, &ctx);
			now = ctx.flags & TRACE_FLAG_SAMPLED;
			cr_assert(before || !now);
			kept[k] += now;
			before = now;
		}
	}
	for (size_t k = 0; k < COUNT(ratios); k++)
		cr_assert(fabs(kept[k] / 1e5 - ratios[k]) < 0.005, "%u",
			  kept[k]);
}

/* Each task of a sampled array is sampled, and what it carries says so. */
Test(sampler, an_array_is_sampled_as_one)
{
	const struct sampler half = ratio(0.5), follow = parent_on;
	unsigned int low = 0;

	for (uint32_t id = 1; id < 100; id++) {
		static struct job_context ctx;

		cr_assert_eq(job_context_load(ROOT_R("8123456789abcd"), "a=1",
					      NULL, &ctx),
			     0);
		sampler_decide(&half, &ctx);
		job_context_for_array_task(&ctx, "alpha", 1, id);
		cr_assert_str_eq(ctx.tracestate,
				 "ot=rv:8123456789abcd;th:8,a=1");
		low += ctx.trace_id.b[9] < 0x80;
		/* an application's span below it keeps the threshold */
		ctx.parent_id.b[0] = 1;
		sampler_decide(&follow, &ctx);
		cr_assert_str_eq(ctx.tracestate,
				 "ot=rv:8123456789abcd;th:8,a=1");
	}
	cr_assert_gt(low, 0, "the trace ids alone would say otherwise");
}

Test(sampler, randomness_is_kept_only_where_it_decided)
{
	static const struct {
		const char *in, *out;
	} table[] = {
		{ "", "" },
		{ "a=1", "a=1" },
		{ "ot=x:1", "ot=x:1" },
		{ "ot=rv:1;th:8", "ot=rv:1;th:8" },
		{ "ot=rv:80000000000000;th:8", "ot=rv:80000000000000;th:8" },
		{ "a=1,ot=x:1;th:8", "ot=rv:123456789abcde;x:1;th:8,a=1" },
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		static struct job_context ctx;

		cr_assert_eq(job_context_load(ROOT_R("123456789abcde"),
					      table[i].in, NULL, &ctx),
			     0);
		sampler_keep_randomness(&ctx);
		cr_assert_str_eq(ctx.tracestate, table[i].out);
	}
}
