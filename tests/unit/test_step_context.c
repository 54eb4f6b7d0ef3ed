/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose child a step is, for every way a step comes about. */
#include "spank/step_context.h"

#include <string.h>

#include <criterion/criterion.h>

#include "spank/compat.h"
#include "spank/submit.h"

#define TRACE "0af7651916cd43dd8448eb211c80319c"
#define OTHER "ffffffffffffffffffffffffffffffff"
#define SUBMITTER "b7ad6b7169203331"
#define CALLER "00f067aa0ba902b7"

static struct config config;
static struct step step;

/* A job that was submitted by SUBMITTER (or by nobody) in TRACE. */
static void job(uint32_t step_id, const char *submitter)
{
	char text[JOB_CONTEXT_LEN_MAX + 1];

	memset(&config, 0, sizeof(config));
	memset(&step, 0, sizeof(step));
	step.job_id = 7;
	step.step_id = step_id;
	strcpy(step.job.cluster, "demo");
	snprintf(text, sizeof(text), "00-" TRACE "-%s-03", submitter);
	cr_assert_eq(
		job_context_load(text, "job=1", "b=job", &step.job.context), 0);
}

static struct span_id root(void)
{
	struct span_key key = { .trace_id = &step.job.context.trace_id,
				.cluster = "demo",
				.job_id = 7,
				.what = SPAN_JOB };
	struct span_id id;

	span_id_derive(&key, &id);
	return id;
}

static bool parent_is_root(void)
{
	const struct span_id id = root();

	return span_id_equal(&step.parent, &id) && !step.parent_remote;
}

static bool parent_is(const char *hex)
{
	char id[SPAN_ID_HEX + 1];

	span_id_format(&step.parent, id);
	return !strcmp(id, hex) && step.parent_remote;
}

Test(step_context, batch_step_is_below_the_root)
{
	char *env[] = { "TRACEPARENT=00-" TRACE "-" SUBMITTER "-01", NULL };
	char *inner[] = { "TRACEPARENT=00-" TRACE "-" CALLER "-01", NULL };

	job(SLURM_BATCH_SCRIPT, SUBMITTER);
	step_context_place(&config, env, &step);
	cr_assert(parent_is_root());
	cr_assert_eq(step.self.flags, 3);
	job(SLURM_BATCH_SCRIPT, SUBMITTER);
	step_context_place(&config, inner, &step);
	cr_assert(parent_is_root());
	step_context_place(&config, NULL, &step);
	cr_assert(parent_is_root());
}

Test(step_context, step_is_below_its_caller)
{
	char *env[] = { "TRACEPARENT=00-" TRACE "-" CALLER "-01",
			"TRACESTATE=app=2", "BAGGAGE=b=app", NULL };

	job(0, SUBMITTER);
	step_context_place(&config, env, &step);
	cr_assert(parent_is(CALLER));
	cr_assert_str_eq(step.job.context.tracestate, "app=2");
	cr_assert_str_eq(step.job.context.baggage, "b=app");
}

Test(step_context, stripped_environment_still_names_the_caller)
{
	char *env[] = { STEP_PARENT_VAR "=00-" TRACE "-" CALLER "-01", NULL };

	job(0, SUBMITTER);
	step_context_place(&config, env, &step);
	cr_assert(parent_is(CALLER));
	cr_assert_str_eq(step.job.context.tracestate, "job=1");
	cr_assert_str_eq(step.job.context.baggage, "b=job");
}

Test(step_context, submitters_own_context_means_the_root)
{
	char *env[] = { "TRACEPARENT=00-" TRACE "-" SUBMITTER "-01", NULL };

	job(0, SUBMITTER);
	step_context_place(&config, env, &step);
	cr_assert(parent_is_root());
	cr_assert_not(step.has_foreign);
}

Test(step_context, foreign_trace_becomes_a_link)
{
	char *env[] = { "TRACEPARENT=00-" OTHER "-" CALLER "-01",
			"BAGGAGE=b=app", NULL };

	job(0, "0000000000000000");
	step_context_place(&config, env, &step);
	cr_assert(parent_is_root());
	cr_assert(step.has_foreign);
	cr_assert_str_eq(step.job.context.baggage, "b=job");
	job(0, "0000000000000000");
	config.submit_context = SUBMIT_IGNORE;
	step_context_place(&config, env, &step);
	cr_assert_not(step.has_foreign);
}

Test(step_context, malformed_context_means_the_root)
{
	char *env[] = { "TRACEPARENT=00-" TRACE "-" CALLER "-0",
			"TRACEPARENTX=00-" TRACE "-" CALLER "-01", NULL };

	job(0, SUBMITTER);
	step_context_place(&config, env, &step);
	cr_assert(parent_is_root());
}

Test(step_context, array_tasks_have_traces_of_their_own)
{
	struct trace_id first;

	job(SLURM_BATCH_SCRIPT, "0000000000000000");
	step.is_array_task = true;
	step.array_job_id = 6;
	step_context_place(&config, NULL, &step);
	first = step.self.trace_id;
	cr_assert(parent_is_root());
	job(SLURM_BATCH_SCRIPT, "0000000000000000");
	step.is_array_task = true;
	step.array_job_id = 6;
	step.job_id = 8;
	step_context_place(&config, NULL, &step);
	cr_assert_not(trace_id_equal(&first, &step.self.trace_id));
}

Test(step_context, array_of_a_given_context_stays_in_it)
{
	char id[TRACE_ID_HEX + 1];

	job(SLURM_BATCH_SCRIPT, SUBMITTER);
	step.is_array_task = true;
	step.array_job_id = 6;
	step_context_place(&config, NULL, &step);
	trace_id_format(&step.self.trace_id, id);
	cr_assert_str_eq(id, TRACE);
}

Test(step_context, array_of_another_job_is_none_of_ours)
{
	static const char *const wrong[] = {
		STEP_ARRAY_VAR "=8:6:2",
		STEP_ARRAY_VAR "=7:6",
		STEP_ARRAY_VAR "=7:6:2x",
		STEP_ARRAY_VAR "=",
		STEP_ARRAY_VAR "=99999999999999:6:2",
		"SLURM_ARRAY_TASK_ID=2",
	};
	char *own[] = { STEP_ARRAY_VAR "=7:6:2", NULL };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char *env[] = { (char *)wrong[i], NULL };

		job(0, SUBMITTER);
		step_context_array(env, &step);
		cr_assert_not(step.is_array_task, "%s", wrong[i]);
	}
	step_context_array(NULL, &step);
	cr_assert_not(step.is_array_task);
	step_context_array(own, &step);
	cr_assert(step.is_array_task);
	cr_assert_eq(step.array_job_id, 6);
	cr_assert_eq(step.array_task_id, 2);
}
