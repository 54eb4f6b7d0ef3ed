/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the job_submit plugin makes of a job's description, with an allocator
 * that counts in the place of Slurm's. */
#include "jobsubmit/submission.h"

#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "jobsubmit/job_desc.h"
#include "span/comment.h"

#define TRACE "0af7651916cd43dd8448eb211c80319c"
#define SPAN "b7ad6b7169203331"
#define GIVEN "00-" TRACE "-" SPAN "-01"

/* ---- Slurm's allocator -------------------------------------------------- */

static long allocated;

void *slurm_xcalloc(size_t count, size_t size, bool clear, bool may_fail,
		    const char *file, int line, const char *func)
{
	(void)clear, (void)may_fail, (void)file, (void)line, (void)func;
	allocated++;
	return calloc(count, size);
}

void *slurm_xrecalloc(void **item, size_t count, size_t size, bool clear,
		      bool may_fail, const char *file, int line,
		      const char *func)
{
	(void)clear, (void)may_fail, (void)file, (void)line, (void)func;
	*item = realloc(*item, count * size);
	return *item;
}

void slurm_xfree(void **item)
{
	allocated -= *item != NULL;
	free(*item);
	*item = NULL;
}

char *slurm_xstrdup(const char *text)
{
	allocated += text != NULL;
	return text ? strdup(text) : NULL;
}

void slurm_error(const char *format, ...)
{
	(void)format;
	cr_assert_fail("nothing is to be said");
}

void slurm_info(const char *format, ...)
{
	(void)format;
}

void slurm_debug(const char *format, ...)
{
	(void)format;
}

/* ---- a job -------------------------------------------------------------- */

static struct config config;
static struct last_component last;
static job_desc_msg_t job;

static void set_up(void)
{
	memset(&config, 0, sizeof(config));
	sampler_parse("parentbased_always_on", &config.sampler);
	config.job_comment = JOB_COMMENT_ADMIN;
	memset(&job, 0, sizeof(job));
	job.het_job_offset = NO_VAL;
	last.offset = NO_VAL;
}

static void free_list(const struct desc_list *env)
{
	for (uint32_t i = 0; *env->list && i < *env->size; i++)
		slurm_xfree((void **)&(*env->list)[i]);
	slurm_xfree((void **)env->list);
	*env->size = 0;
}

static void free_job(void)
{
	struct desc_list spank = desc_spank_env(&job);
	struct desc_list environment = desc_environment(&job);

	free_list(&spank);
	free_list(&environment);
	slurm_xfree((void **)&job.admin_comment);
	slurm_xfree((void **)&job.comment);
}

/* Everything that was put into the job is Slurm's to free. */
static void tear_down(void)
{
	free_job();
	cr_assert_eq(allocated, 0, "%ld", allocated);
}

TestSuite(submission, .init = set_up, .fini = tear_down);

static void in_environment(const char *name, const char *value)
{
	struct desc_list env = desc_environment(&job);

	cr_assert_eq(desc_set(&env, name, value), 0);
}

static struct job_context submitted(uid_t user)
{
	struct desc_list env = desc_spank_env(&job);
	struct job_context context;

	submission_complete(&config, &job, user, &last);
	cr_assert_eq(job_context_load(desc_get(&env, JOB_CONTEXT_VAR),
				      desc_get(&env, JOB_TRACESTATE_VAR),
				      desc_get(&env, JOB_BAGGAGE_VAR),
				      &context),
		     0);
	return context;
}

static void expect_trace(const struct job_context *context, const char *want)
{
	char id[TRACE_ID_HEX + 1];

	trace_id_format(&context->trace_id, id);
	cr_assert_str_eq(id, want);
}

/* ---- lists of NAME=VALUE ------------------------------------------------ */

Test(submission, lists_that_users_send)
{
	struct desc_list env = desc_spank_env(&job);

	cr_assert_null(desc_get(&env, "A"));
	job.spank_job_env_size = 7; /* of no list */
	cr_assert_null(desc_get(&env, "A"));
	cr_assert_eq(desc_set(&env, "A", ""), 0);
	cr_assert_eq(desc_set(&env, "A", "1"), 0);
	cr_assert_eq(desc_set(&env, "AB", "2"), 0);
	cr_assert_eq(desc_set(&env, "A", "3"), 0);
	cr_assert_eq(job.spank_job_env_size, 2);
	cr_assert_null(job.spank_job_env[2]);
	cr_assert_str_eq(desc_get(&env, "A"), "3");
	cr_assert_str_eq(desc_get(&env, "AB"), "2");
	cr_assert_null(desc_get(&env, ""));
	/* twice the same name, no '=', nothing at all */
	slurm_xfree((void **)&job.spank_job_env[0]);
	slurm_xfree((void **)&job.spank_job_env[1]);
	job.spank_job_env[0] = slurm_xstrdup("A");
	cr_assert_null(desc_get(&env, "A"));
	cr_assert_eq(desc_set(&env, "A", "4"), 0);
	cr_assert_eq(desc_set(&env, "A", "5"), 0);
	cr_assert_str_eq(desc_get(&env, "A"), "5");
	cr_assert_eq(desc_set(&env, "A", ""), 0);
	cr_assert_null(desc_get(&env, "A"));
}

/* ---- contexts ----------------------------------------------------------- */

Test(submission, a_job_without_a_context_gets_one)
{
	struct job_context context = submitted(1);
	char want[64] = COMMENT_KEY;

	cr_assert(trace_id_valid(&context.trace_id));
	cr_assert_not(span_id_valid(&context.parent_id));
	cr_assert(context.flags & TRACE_FLAG_SAMPLED);
	cr_assert(context.submit_ns);
	trace_id_format(&context.trace_id, want + strlen(COMMENT_KEY));
	cr_assert_str_eq(job.admin_comment, want);
	/* srun and salloc send no environment, and get none */
	cr_assert_null(job.environment);
}

Test(submission, a_batch_job_finds_it_in_its_environment)
{
	struct desc_list env = desc_environment(&job);
	struct job_context context, found;

	in_environment("TRACEPARENT", GIVEN);
	in_environment("TRACESTATE", "a=b");
	in_environment("BAGGAGE", "k=v");
	in_environment("SLURM_SPANK_OTEL_CONTEXT", "of an outer job");
	context = submitted(1);
	expect_trace(&context, TRACE);
	cr_assert_eq(context.parent_id.b[0], 0xb7);
	cr_assert_str_eq(context.tracestate, "a=b");
	cr_assert_str_eq(context.baggage, "k=v");
	cr_assert_eq(
		job_context_load(desc_get(&env, "SLURM_SPANK_OTEL_CONTEXT"),
				 desc_get(&env, "SLURM_SPANK_OTEL_TRACESTATE"),
				 desc_get(&env, "SLURM_SPANK_OTEL_BAGGAGE"),
				 &found),
		0);
	expect_trace(&found, TRACE);
	cr_assert_str_eq(found.baggage, "k=v");
	cr_assert_str_eq(desc_get(&env, "TRACEPARENT"), GIVEN);
}

Test(submission, what_a_client_made_stays)
{
	struct desc_list env = desc_spank_env(&job);
	struct job_context context;

	in_environment("TRACEPARENT",
		       "00-ffffffffffffffffffffffffffffffff-" SPAN "-01");
	cr_assert_eq(desc_set(&env, JOB_CONTEXT_VAR, GIVEN ";t=5"), 0);
	context = submitted(1);
	expect_trace(&context, TRACE);
	cr_assert_eq(context.submit_ns, 5);
}

Test(submission, what_is_no_context_is_replaced)
{
	static const char *const bad[] = {
		"x", "00-" TRACE, GIVEN ";t=",
		"00-00000000000000000000000000000000-"
		"0000000000000000-01"
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct desc_list env = desc_spank_env(&job);
		struct job_context context;

		cr_assert_eq(desc_set(&env, JOB_CONTEXT_VAR, bad[i]), 0);
		cr_assert_eq(desc_set(&env, JOB_BAGGAGE_VAR, "\xff;;"), 0);
		context = submitted(1);
		cr_assert(trace_id_valid(&context.trace_id), "%s", bad[i]);
		cr_assert_str_eq(context.baggage, "");
		free_job();
	}
}

Test(submission, components_are_one_job)
{
	struct job_context first, second;

	job.het_job_offset = 0;
	first = submitted(1);
	free_job();
	job.het_job_offset = 1;
	second = submitted(1);
	cr_assert(!memcmp(&first.trace_id, &second.trace_id,
			  sizeof(first.trace_id)));
	free_job();
	/* another user's, and one that does not follow, are others */
	job.het_job_offset = 2;
	second = submitted(2);
	cr_assert(memcmp(&first.trace_id, &second.trace_id,
			 sizeof(first.trace_id)));
	free_job();
	job.het_job_offset = 4;
	first = submitted(2);
	cr_assert(memcmp(&first.trace_id, &second.trace_id,
			 sizeof(first.trace_id)));
}

/* ---- comments ------------------------------------------------------------*/

Test(submission, comments)
{
	config.trace_url = (char *)"http://b/{trace_id}";
	job.admin_comment = slurm_xstrdup("checked");
	in_environment("TRACEPARENT", GIVEN);
	submitted(1);
	cr_assert_str_eq(job.admin_comment,
			 "checked trace_id=" TRACE " http://b/" TRACE);
	free_job();

	config.trace_url = NULL;
	config.job_comment = JOB_COMMENT_USER;
	in_environment("TRACEPARENT", GIVEN);
	submitted(1);
	cr_assert_str_eq(job.comment, "trace_id=" TRACE);
	cr_assert_null(job.admin_comment);
	free_job();

	config.job_comment = JOB_COMMENT_NONE;
	submitted(1);
	cr_assert_null(job.comment);
	cr_assert_null(job.admin_comment);
}

Test(submission, no_comment_where_the_id_would_be_wrong)
{
	char tasks[] = "1-3";

	job.array_inx = tasks;
	submitted(1);
	cr_assert_null(job.admin_comment);
	/* but all tasks of one that was given a context are in that trace */
	free_job();
	in_environment("TRACEPARENT", GIVEN);
	submitted(1);
	cr_assert_str_eq(job.admin_comment, "trace_id=" TRACE);
	free_job();

	job.array_inx = NULL;
	sampler_parse("always_off", &config.sampler);
	submitted(1);
	cr_assert_null(job.admin_comment);
}

/* ---- what users write by hand ------------------------------------------- */

Test(submission, a_mode_that_is_not_allowed_is_forgotten)
{
	struct desc_list env = desc_spank_env(&job);
	struct job_context context;

	config.user_options = USER_OPTION_ON;
	cr_assert_eq(desc_set(&env, JOB_CONTEXT_VAR,
			      "00-" TRACE "-0000000000000000-00;m=off"),
		     0);
	context = submitted(1000);
	expect_trace(&context, TRACE);
	cr_assert_eq(context.mode, TRACE_MODE_DEFAULT);
	cr_assert_eq(context.flags & TRACE_FLAG_SAMPLED, TRACE_FLAG_SAMPLED);
	config.user_options = USER_OPTION_OFF;
	cr_assert_eq(desc_set(&env, JOB_CONTEXT_VAR,
			      "00-" TRACE "-0000000000000000-00;m=off"),
		     0);
	context = submitted(1000);
	cr_assert_eq(context.mode, TRACE_MODE_OFF);
	cr_assert_eq(context.flags & TRACE_FLAG_SAMPLED, 0);
}

Test(submission, attributes_stay_where_they_are_allowed_and_valid)
{
	struct desc_list env = desc_spank_env(&job);

	config.user_options = USER_OPTION_ATTR;
	cr_assert_eq(desc_set(&env, JOB_ATTRIBUTES_VAR, "k=v"), 0);
	in_environment(SPANK_JOB_PREFIX JOB_ATTRIBUTES_VAR, "k=v");
	submitted(1000);
	cr_assert_str_eq(desc_get(&env, JOB_ATTRIBUTES_VAR), "k=v");
	cr_assert_eq(desc_set(&env, JOB_ATTRIBUTES_VAR, "slurm.job.id=1"), 0);
	submitted(1000);
	cr_assert_null(desc_get(&env, JOB_ATTRIBUTES_VAR));
	config.user_options = 0;
	cr_assert_eq(desc_set(&env, JOB_ATTRIBUTES_VAR, "k=v"), 0);
	in_environment(SPANK_JOB_PREFIX JOB_ATTRIBUTES_VAR, "k=v");
	submitted(1000);
	cr_assert_null(desc_get(&env, JOB_ATTRIBUTES_VAR));
	env = desc_environment(&job);
	cr_assert_null(desc_get(&env, SPANK_JOB_PREFIX JOB_ATTRIBUTES_VAR));
}
