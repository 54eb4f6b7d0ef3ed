/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What sbatch, salloc and srun do with the submitter's context. */
#include "spank/submit.h"

#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "fake_spank.h"
#include "spank/step_wish.h"

#define TRACE "0af7651916cd43dd8448eb211c80319c"
#define SPAN "b7ad6b7169203331"
#define GIVEN "00-" TRACE "-" SPAN "-01"

static struct config config;
static struct plugin plugin;

static void client(spank_context_t context)
{
	static const char *const names[] = {
		"SLURM_JOB_ID",
		"TRACEPARENT",
		"TRACESTATE",
		"BAGGAGE",
		"SLURM_SPANK_OTEL_CONTEXT",
		"SLURM_SPANK_OTEL_BAGGAGE",
		"SLURM_SPANK_OTEL_TRACESTATE",
		STEP_PARENT_VAR,
		STEP_MODE_VAR,
		STEP_ATTRIBUTES_VAR,
		"SLURM_SPANK_OTEL_ATTRIBUTES",
	};

	fake_spank_reset(context);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unsetenv(names[i]);
	memset(&config, 0, sizeof(config));
	sampler_parse("parentbased_always_on", &config.sampler);
	config.user_options = USER_OPTION_OFF | USER_OPTION_ATTR;
	memset(&plugin, 0, sizeof(plugin));
	plugin.config = &config;
}

static struct job_context carried(void)
{
	struct job_context ctx;

	cr_assert_eq(job_context_load(fake_spank_job_control("OTEL_CONTEXT"),
				      fake_spank_job_control("OTEL_TRACESTATE"),
				      fake_spank_job_control("OTEL_BAGGAGE"),
				      &ctx),
		     0);
	return ctx;
}

static void expect_fresh(const struct job_context *ctx)
{
	char id[TRACE_ID_HEX + 1];

	trace_id_format(&ctx->trace_id, id);
	cr_assert_str_neq(id, TRACE);
	cr_assert(trace_id_valid(&ctx->trace_id));
	cr_assert_not(span_id_valid(&ctx->parent_id));
	cr_assert_eq(ctx->flags, TRACE_FLAG_SAMPLED | TRACE_FLAG_RANDOM);
	cr_assert_gt(ctx->submit_ns, 1700000000000000000u);
}

Test(submit, mints_without_a_context)
{
	struct job_context ctx;

	client(S_CTX_ALLOCATOR);
	submit_job(&plugin, NULL);
	ctx = carried();
	expect_fresh(&ctx);
	cr_assert_not(ctx.has_link);
	cr_assert_str_eq(getenv("SLURM_SPANK_OTEL_CONTEXT"),
			 fake_spank_job_control("OTEL_CONTEXT"));
}

Test(submit, continues_the_given_context)
{
	struct job_context ctx;
	char id[TRACE_ID_HEX + 1];

	client(S_CTX_ALLOCATOR);
	setenv("TRACEPARENT", GIVEN, 1);
	setenv("TRACESTATE", "a=1 , b=2", 1);
	setenv("BAGGAGE", "user=alice", 1);
	submit_job(&plugin, NULL);
	ctx = carried();
	trace_id_format(&ctx.trace_id, id);
	cr_assert_str_eq(id, TRACE);
	span_id_format(&ctx.parent_id, id);
	cr_assert_str_eq(id, SPAN);
	cr_assert_eq(ctx.flags, TRACE_FLAG_SAMPLED);
	cr_assert_str_eq(ctx.tracestate, "a=1,b=2");
	cr_assert_str_eq(ctx.baggage, "user=alice");
}

Test(submit, honours_a_context_that_is_not_sampled)
{
	client(S_CTX_ALLOCATOR);
	setenv("TRACEPARENT", "00-" TRACE "-" SPAN "-00", 1);
	submit_job(&plugin, NULL);
	cr_assert_eq(carried().flags, 0);
}

Test(submit, ignores_a_malformed_context_and_its_tracestate)
{
	struct job_context ctx;

	client(S_CTX_ALLOCATOR);
	setenv("TRACEPARENT", GIVEN "x", 1);
	setenv("TRACESTATE", "a=1", 1);
	submit_job(&plugin, NULL);
	ctx = carried();
	expect_fresh(&ctx);
	cr_assert_str_eq(ctx.tracestate, "");
}

Test(submit, a_bad_tracestate_does_not_spoil_traceparent)
{
	struct job_context ctx;

	client(S_CTX_ALLOCATOR);
	setenv("TRACEPARENT", GIVEN, 1);
	setenv("TRACESTATE", "not a member", 1);
	setenv("BAGGAGE", "\xff", 1);
	submit_job(&plugin, NULL);
	ctx = carried();
	cr_assert(span_id_valid(&ctx.parent_id));
	cr_assert_str_eq(ctx.tracestate, "");
	cr_assert_str_eq(ctx.baggage, "");
}

Test(submit, links_or_ignores_as_configured)
{
	struct job_context ctx;

	client(S_CTX_ALLOCATOR);
	setenv("TRACEPARENT", GIVEN, 1);
	config.submit_context = SUBMIT_LINK;
	submit_job(&plugin, NULL);
	ctx = carried();
	expect_fresh(&ctx);
	cr_assert(ctx.has_link);
	plugin.submitted = false;
	config.submit_context = SUBMIT_IGNORE;
	submit_job(&plugin, NULL);
	ctx = carried();
	expect_fresh(&ctx);
	cr_assert_not(ctx.has_link);
}

Test(submit, takes_stale_values_of_an_outer_job_away)
{
	client(S_CTX_ALLOCATOR);
	setenv("SLURM_SPANK_OTEL_CONTEXT", "stale", 1);
	setenv("SLURM_SPANK_OTEL_BAGGAGE", "stale=1", 1);
	setenv("SLURM_SPANK_OTEL_TRACESTATE", "stale=1", 1);
	setenv(STEP_PARENT_VAR, GIVEN, 1);
	submit_job(&plugin, NULL);
	cr_assert_str_neq(getenv("SLURM_SPANK_OTEL_CONTEXT"), "stale");
	cr_assert_null(getenv("SLURM_SPANK_OTEL_BAGGAGE"));
	cr_assert_null(getenv("SLURM_SPANK_OTEL_TRACESTATE"));
	cr_assert_null(getenv(STEP_PARENT_VAR));
}

Test(submit, components_of_one_submission_share_the_context)
{
	char first[JOB_CONTEXT_LEN_MAX + 1];

	client(S_CTX_ALLOCATOR);
	submit_job(&plugin, NULL);
	strcpy(first, fake_spank_job_control("OTEL_CONTEXT"));
	submit_job(&plugin, NULL);
	cr_assert_str_eq(fake_spank_job_control("OTEL_CONTEXT"), first);
}

Test(submit, srun_inside_a_job_hands_on_its_caller)
{
	client(S_CTX_LOCAL);
	setenv("SLURM_JOB_ID", "7", 1);
	setenv("TRACEPARENT", GIVEN, 1);
	setenv("SLURM_SPANK_OTEL_CONTEXT", "the job's", 1);
	submit_job(&plugin, NULL);
	cr_assert_str_eq(fake_spank_job_control("OTEL_CONTEXT"), "the job's");
	cr_assert_null(fake_spank_job_control("OTEL_BAGGAGE"));
	cr_assert_str_eq(getenv(STEP_PARENT_VAR), GIVEN);
	setenv("TRACEPARENT", "garbage", 1);
	submit_job(&plugin, NULL);
	cr_assert_null(getenv(STEP_PARENT_VAR));
}

Test(submit, srun_alone_is_a_submission)
{
	client(S_CTX_LOCAL);
	submit_job(&plugin, NULL);
	cr_assert_not_null(fake_spank_job_control("OTEL_CONTEXT"));
	cr_assert_not_null(getenv("SLURM_SPANK_OTEL_CONTEXT"));
}

Test(submit, options_travel_with_the_job)
{
	client(S_CTX_ALLOCATOR);
	setenv(STEP_MODE_VAR, "stale", 1);
	setenv(STEP_ATTRIBUTES_VAR, "stale=1", 1);
	cr_assert_eq(submit_take_option(&plugin, OPTION_TRACE, "off"), 0);
	cr_assert_eq(submit_take_option(&plugin, OPTION_ATTR, "k=a b"), 0);
	submit_job(&plugin, NULL);
	cr_assert_eq(carried().mode, TRACE_MODE_OFF);
	cr_assert_str_eq(fake_spank_job_control("OTEL_ATTRIBUTES"), "k=a%20b");
	cr_assert_str_eq(getenv("SLURM_SPANK_OTEL_ATTRIBUTES"), "k=a%20b");
	cr_assert_null(getenv(STEP_MODE_VAR));
	cr_assert_null(getenv(STEP_ATTRIBUTES_VAR));
}

Test(submit, a_refused_option_is_named)
{
	client(S_CTX_ALLOCATOR);
	cr_assert_eq(submit_take_option(&plugin, OPTION_TRACE, "on"), -1);
	cr_assert(strstr(fake.log, "--trace: not allowed here: UserOptions"));
	cr_assert_eq(submit_take_option(&plugin, OPTION_PARENT, "%n"), -1);
	cr_assert(strstr(fake.log, "--trace-parent: give a traceparent"));
}

Test(submit, options_of_a_step_stay_with_the_step)
{
	client(S_CTX_LOCAL);
	setenv("SLURM_JOB_ID", "7", 1);
	config.user_options |= USER_OPTION_PARENT;
	cr_assert_eq(submit_take_option(&plugin, OPTION_TRACE, "off"), 0);
	cr_assert_eq(submit_take_option(&plugin, OPTION_ATTR, "k=v"), 0);
	cr_assert_eq(submit_take_option(&plugin, OPTION_PARENT, GIVEN), 0);
	submit_job(&plugin, NULL);
	cr_assert_null(fake_spank_job_control("OTEL_ATTRIBUTES"));
	cr_assert_str_eq(getenv(STEP_MODE_VAR), "off");
	cr_assert_str_eq(getenv(STEP_ATTRIBUTES_VAR), "k=v");
	cr_assert_str_eq(getenv(STEP_PARENT_VAR), GIVEN);
	cr_assert_str_eq(getenv("TRACEPARENT"), GIVEN);
}

Test(submit, slurms_copies_of_the_options_go_no_further)
{
	static const char *const names[] = {
		"_SLURM_SPANK_OPTION_otel_trace",
		"_SLURM_SPANK_OPTION_otel_trace_parent",
		"_SLURM_SPANK_OPTION_otel_trace_attr",
	};

	client(S_CTX_ALLOCATOR);
	for (size_t i = 0; i < 3; i++) {
		setenv(names[i], "x", 1);
		spank_job_control_setenv(NULL, names[i], "x", 1);
	}
	submit_forget_options(NULL);
	for (size_t i = 0; i < 3; i++) {
		cr_assert_null(getenv(names[i]), "%s", names[i]);
		cr_assert_null(fake_spank_job_control(names[i]));
	}
}
