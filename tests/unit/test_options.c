/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Users' options: what is refused, what a site forbids, and the context that
 * comes of them; and what slurmstepd makes of those of a step. */
#include "spank/options.h"

#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "fake_spank.h"
#include "spank/compat.h"
#include "spank/option_table.h"
#include "spank/step_wish.h"

#define TRACE "0af7651916cd43dd8448eb211c80319c"
#define SPAN "b7ad6b7169203331"
#define GIVEN "00-" TRACE "-" SPAN "-00"
#define ALL_OPTIONS 31

static struct config config;
static struct wish wish;
static struct err err;

static void start(void)
{
	memset(&config, 0, sizeof(config));
	memset(&wish, 0, sizeof(wish));
	config.user_options = ALL_OPTIONS;
	sampler_parse("parentbased_always_on", &config.sampler);
	unsetenv("TRACEPARENT");
	unsetenv("TRACESTATE");
	unsetenv("BAGGAGE");
}

TestSuite(options, .init = start);

static void refuses(enum option_id option, const char *value, bool in_job,
		    const char *why)
{
	const struct wish before = wish;

	cr_assert_eq(wish_take(&config, in_job, option, value, &wish, &err), -1,
		     "%s", value);
	cr_assert(strstr(err.msg, why), "%s", err.msg);
	cr_assert_eq(memcmp(&wish, &before, sizeof(wish)), 0);
}

static void takes(enum option_id option, const char *value)
{
	cr_assert_eq(wish_take(&config, false, option, value, &wish, &err), 0,
		     "%s: %s", value, err.msg);
}

Test(options, refuses_wrong_values)
{
	refuses(OPTION_TRACE, NULL, false, "say on, off or detail");
	refuses(OPTION_TRACE, "", false, "say on, off or detail");
	refuses(OPTION_TRACE, "On", false, "say on, off or detail");
	refuses(OPTION_TRACE, "detailed", false, "say on, off or detail");
	refuses(OPTION_PARENT, NULL, false, "give a traceparent");
	refuses(OPTION_PARENT, "newer", false, "give a traceparent");
	refuses(OPTION_PARENT, "00-" TRACE "-0000000000000000-01", false,
		"give a traceparent");
	refuses(OPTION_PARENT, "new", true, "a step is always part");
	refuses(OPTION_ATTR, NULL, false, "give it as key=value");
}

Test(options, refuses_what_the_site_forbids)
{
	static const struct {
		enum option_id option;
		const char *value, *name;
	} cases[] = {
		{ OPTION_TRACE, "on", "\"on\"" },
		{ OPTION_TRACE, "off", "\"off\"" },
		{ OPTION_TRACE, "detail", "\"detail\"" },
		{ OPTION_PARENT, GIVEN, "\"parent\"" },
		{ OPTION_PARENT, "new", "\"parent\"" },
		{ OPTION_ATTR, "k=v", "\"attr\"" },
	};
	static const unsigned int bits[] = {
		USER_OPTION_ON,     USER_OPTION_OFF,    USER_OPTION_DETAIL,
		USER_OPTION_PARENT, USER_OPTION_PARENT, USER_OPTION_ATTR
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		config.user_options = ALL_OPTIONS & ~bits[i];
		refuses(cases[i].option, cases[i].value, false, "UserOptions");
		refuses(cases[i].option, cases[i].value, false, cases[i].name);
		config.user_options = bits[i];
		takes(cases[i].option, cases[i].value);
	}
	/* tracing is off */
	cr_assert_eq(wish_take(NULL, false, OPTION_TRACE, "on", &wish, &err),
		     0);
	cr_assert_eq(wish_take(NULL, false, OPTION_TRACE, "no", &wish, &err),
		     -1);
}

static struct job_context made(void)
{
	struct job_context context;

	wish_new_context(&config, &wish, &context);
	return context;
}

static void expect_given(const struct job_context *context)
{
	char id[TRACE_ID_HEX + 1];

	trace_id_format(&context->trace_id, id);
	cr_assert_str_eq(id, TRACE);
	span_id_format(&context->parent_id, id);
	cr_assert_str_eq(id, SPAN);
}

Test(options, modes_decide_over_sampler_and_parent)
{
	setenv("TRACEPARENT", GIVEN, 1);
	cr_assert_eq(made().mode, TRACE_MODE_DEFAULT);
	cr_assert_eq(made().flags & TRACE_FLAG_SAMPLED, 0);
	takes(OPTION_TRACE, "on");
	cr_assert_eq(made().mode, TRACE_MODE_ON);
	cr_assert_eq(made().flags & TRACE_FLAG_SAMPLED, TRACE_FLAG_SAMPLED);
	sampler_parse("always_off", &config.sampler);
	takes(OPTION_TRACE, "detail");
	cr_assert_eq(made().mode, TRACE_MODE_DETAIL);
	cr_assert_eq(made().flags & TRACE_FLAG_SAMPLED, TRACE_FLAG_SAMPLED);
	sampler_parse("always_on", &config.sampler);
	takes(OPTION_TRACE, "off");
	cr_assert_eq(made().mode, TRACE_MODE_OFF);
	cr_assert_eq(made().flags & TRACE_FLAG_SAMPLED, 0);
}

Test(options, a_given_parent_wins_over_all)
{
	struct job_context context;

	config.submit_context = SUBMIT_IGNORE;
	setenv("TRACEPARENT", "00-ffffffffffffffffffffffffffffffff-" SPAN "-01",
	       1);
	setenv("TRACESTATE", "other=1", 1);
	takes(OPTION_PARENT, "new");
	takes(OPTION_PARENT, GIVEN);
	context = made();
	expect_given(&context);
	cr_assert_str_eq(context.tracestate, "", "of another trace");
	setenv("TRACEPARENT", "00-" TRACE "-00f067aa0ba902b7-01", 1);
	context = made();
	expect_given(&context);
	cr_assert_str_eq(context.tracestate, "other=1");
}

Test(options, a_fresh_trace_forgets_the_submitter)
{
	struct job_context context;

	setenv("TRACEPARENT", GIVEN, 1);
	setenv("TRACESTATE", "other=1", 1);
	setenv("BAGGAGE", "user=alice", 1);
	config.submit_context = SUBMIT_LINK;
	takes(OPTION_PARENT, "new");
	context = made();
	cr_assert_not(context.has_link);
	cr_assert_not(span_id_valid(&context.parent_id));
	cr_assert_str_eq(context.tracestate, "");
	cr_assert_str_eq(context.baggage, "user=alice");
}

static int take(int option, const char *value, int remote)
{
	(void)remote;
	return wish_take(&config, false, (enum option_id)option, value, &wish,
			 &err);
}

Test(options, slurm_is_told_of_each)
{
	static const char *const values[] = { "on", "new", "k=v" };

	fake_spank_reset(S_CTX_ALLOCATOR);
	options_register(NULL, take);
	cr_assert_eq(fake.n_options, OPTIONS);
	for (int i = 0; i < OPTIONS; i++) {
		const struct spank_option *option = &fake.options[i];

		cr_assert_str_eq(option->name, option_names[option->val]);
		cr_assert_eq(option->has_arg, 1);
		cr_assert_eq(option->cb(option->val, values[option->val], 0),
			     0);
	}
	cr_assert_eq(wish.mode, TRACE_MODE_ON);
	cr_assert_eq(wish.parent, WISHED_PARENT_FRESH);
	cr_assert_eq(wish.attrs.n, 1);
}

/* ---- of a step ---------------------------------------------------------- */

static struct step step;

static void heed(uint32_t step_id, const char *mode, const char *attributes)
{
	char mode_var[64], attributes_var[512];
	char *env[] = { mode_var, attributes_var, NULL };

	snprintf(mode_var, sizeof(mode_var), STEP_MODE_VAR "=%s", mode);
	snprintf(attributes_var, sizeof(attributes_var),
		 STEP_ATTRIBUTES_VAR "=%s", attributes);
	memset(&step, 0, sizeof(step));
	step.step_id = step_id;
	step.fate = TRACE_EXPORTED;
	step.self.flags = TRACE_FLAG_SAMPLED | TRACE_FLAG_RANDOM;
	step.self.span_id.b[0] = 1;
	step.handed = step.self;
	step.parent.b[0] = 2;
	step_wish_heed(&config, env, &step);
}

Test(options, an_untraced_step_leaves_its_place_to_its_parent)
{
	heed(0, "off", "");
	cr_assert_eq(step.fate, TRACE_DROPPED);
	cr_assert_eq(step.handed.span_id.b[0], 2);
	cr_assert_eq(step.handed.flags, TRACE_FLAG_RANDOM);
}

Test(options, a_step_has_its_own_mode_and_attributes)
{
	heed(0, "detail", "k=v");
	cr_assert_eq(step.fate, TRACE_EXPORTED);
	cr_assert_eq(step.job.context.mode, TRACE_MODE_DETAIL);
	cr_assert_eq(step.attrs.n, 1);
	cr_assert_str_eq(step.attrs.list[0].value, "v");
}

Test(options, what_is_wrong_or_forbidden_or_of_no_step_is_ignored)
{
	heed(0, "OFF", "slurm.job.id=1");
	cr_assert_eq(step.fate, TRACE_EXPORTED);
	cr_assert_eq(step.attrs.n, 0);
	heed(SLURM_BATCH_SCRIPT, "off", "k=v");
	cr_assert_eq(step.fate, TRACE_EXPORTED);
	cr_assert_eq(step.attrs.n, 0);
	config.user_options = 0;
	heed(0, "off", "k=v");
	cr_assert_eq(step.fate, TRACE_EXPORTED);
	cr_assert_eq(step.attrs.n, 0);
	step_wish_heed(&config, NULL, &step);
}

Test(options, a_step_hands_on_what_it_was_given_and_nothing_stale)
{
	setenv(STEP_MODE_VAR, "off", 1);
	setenv(STEP_ATTRIBUTES_VAR, "stale=1", 1);
	step_wish_hand_on(&wish);
	cr_assert_null(getenv(STEP_MODE_VAR));
	cr_assert_null(getenv(STEP_ATTRIBUTES_VAR));
	takes(OPTION_TRACE, "detail");
	takes(OPTION_ATTR, "k=a b");
	step_wish_hand_on(&wish);
	cr_assert_str_eq(getenv(STEP_MODE_VAR), "detail");
	cr_assert_str_eq(getenv(STEP_ATTRIBUTES_VAR), "k=a%20b");
}
