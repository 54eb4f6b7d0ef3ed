/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the job_submit plugin makes of a job's description, with an allocator
 * that counts in the place of Slurm's. */
#include "jobsubmit/submission.h"

#include <pwd.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static unsigned int infos;
static unsigned long long info_count; /* its first argument */

void slurm_info(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	info_count = va_arg(ap, unsigned long long);
	va_end(ap);
	infos++;
}

void slurm_debug(const char *format, ...)
{
	(void)format;
}

/* ---- a job -------------------------------------------------------------- */

static struct config config;
static bool at_allocation;
static struct submissions submissions;
static job_desc_msg_t job;

/* As slurmctld has it. */
char *default_part_name;

static void set_up(void)
{
	memset(&config, 0, sizeof(config));
	config.user_options = ~0u;
	sampler_parse("parentbased_always_on", &config.sampler);
	config.job_comment = JOB_COMMENT_ADMIN;
	memset(&job, 0, sizeof(job));
	job.het_job_offset = NO_VAL;
	job.user_id = NO_VAL;
	memset(&submissions, 0, sizeof(submissions));
	submissions.last.offset = NO_VAL;
	at_allocation = true;
	default_part_name = NULL;
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

	submission_complete(&config, at_allocation, &job, user, &submissions);
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

/* ---- batch environments ------------------------------------------------- */

static void expect_in_environment(const char *name, const char *want)
{
	struct desc_list env = desc_environment(&job);
	const char *value = desc_get(&env, name);

	if (!want)
		cr_assert_null(value, "%s=%s", name, value);
	else
		cr_assert(value && !strcmp(value, want), "%s=%s", name, value);
}

/* TRACEPARENT is the span of that id in the context's trace. */
static void expect_parent(const struct job_context *context,
			  const struct span_id *id)
{
	const struct trace_context self = { context->trace_id, *id,
					    context->flags };
	char text[TRACEPARENT_LEN + 1];

	traceparent_format(&self, text);
	expect_in_environment("TRACEPARENT", text);
}

Test(submission, a_batch_script_finds_its_root)
{
	struct job_context context, again;

	in_environment("A", "1");
	context = submitted(1);
	cr_assert(span_id_valid(&context.root_id));
	expect_parent(&context, &context.root_id);
	expect_in_environment("TRACESTATE", NULL);
	/* whoever wrote one by hand could name another's span */
	again = submitted(1);
	cr_assert(trace_id_equal(&again.trace_id, &context.trace_id));
	cr_assert_not(span_id_equal(&again.root_id, &context.root_id));
	expect_parent(&again, &again.root_id);
	free_job();
	/* in the place of the submitter's span */
	in_environment("TRACEPARENT", GIVEN);
	in_environment("TRACESTATE", "a=b");
	context = submitted(1);
	expect_trace(&context, TRACE);
	cr_assert(span_id_valid(&context.root_id));
	expect_parent(&context, &context.root_id);
	expect_in_environment("TRACESTATE", "a=b");
	cr_assert_eq(context.parent_id.b[0], 0xb7);
}

Test(submission, roots_are_not_chosen_where_nobody_can_name_them)
{
	struct job_context context = submitted(1);

	/* srun and salloc: derived, as everywhere */
	cr_assert_not(span_id_valid(&context.root_id));
	cr_assert_null(job.environment);
}

static void what_tasks_share(void)
{
	struct desc_list env = desc_spank_env(&job);
	struct job_context context;

	/* each by itself, not as the next component of one before */
	submissions.last.offset = NO_VAL;
	/* nothing is known that they all are below */
	in_environment("TRACEPARENT", "00-11111111111111111111111111111111-"
				      "1111111111111111-01");
	in_environment("TRACESTATE", "c=d");
	desc_set(&env, JOB_CONTEXT_VAR,
		 "00-" TRACE "-0000000000000000-01;r=0102030405060708");
	context = submitted(1);
	cr_assert_not(span_id_valid(&context.root_id));
	expect_in_environment("TRACEPARENT", NULL);
	expect_in_environment("TRACESTATE", NULL);
	free_job();
	submissions.last.offset = NO_VAL;
	/* or the span that submitted them */
	in_environment("TRACEPARENT", GIVEN);
	in_environment("TRACESTATE", "a=b");
	context = submitted(1);
	cr_assert_not(span_id_valid(&context.root_id));
	expect_parent(&context, &context.parent_id);
	expect_in_environment("TRACESTATE", "a=b");
	free_job();
}

Test(submission, a_context_that_is_shared_has_no_root)
{
	char tasks[] = "1-3";

	job.array_inx = tasks;
	what_tasks_share();
	job.array_inx = NULL;
	job.het_job_offset = 0;
	what_tasks_share();
	job.het_job_offset = 1;
	what_tasks_share();
}

/* ---- decisions ---------------------------------------------------------- */

static struct sample_rule rules[4];

static void rule(const char *text)
{
	struct err err;

	cr_assert_eq(
		sample_rule_parse(text, &rules[config.sample_rules.n++], &err),
		0, "%s: %s", text, err.msg);
	config.sample_rules.rule = rules;
}

static bool is_sampled(uid_t user)
{
	struct job_context context = submitted(user);

	free_job();
	return context.flags & TRACE_FLAG_SAMPLED;
}

/* As a client's plugin leaves it. */
static void with_context(const char *text)
{
	struct desc_list env = desc_spank_env(&job);

	cr_assert_eq(desc_set(&env, JOB_CONTEXT_VAR, text), 0);
}

#define FRESH_ON "00-" TRACE "-0000000000000000-01"
#define FRESH_OFF "00-" TRACE "-0000000000000000-00"

Test(submission, the_first_rule_that_matches_decides)
{
	rule("partition=debug user=root sample=1");
	rule("partition=debug sample=0");
	rule("account=a qos=q name=n* sample=0");
	cr_assert(is_sampled(0));
	job.partition = (char *)"debug";
	cr_assert(is_sampled(0));
	cr_assert_not(is_sampled(54321));
	/* root submits for another */
	job.user_id = 54321;
	cr_assert_not(is_sampled(0));
	job.partition = (char *)"other,debug";
	cr_assert_not(is_sampled(0));
	job.partition = (char *)"";
	default_part_name = (char *)"debug";
	cr_assert_not(is_sampled(0));
	default_part_name = (char *)"main";
	cr_assert(is_sampled(0));
	job.account = (char *)"a";
	job.name = (char *)"nn";
	cr_assert(is_sampled(0));
	job.qos = (char *)"q";
	cr_assert_not(is_sampled(0));
}

Test(submission, a_user_without_a_name_has_a_number)
{
	rule("user=54321 sample=0");
	cr_assert_not(is_sampled(54321));
	cr_assert(is_sampled(54322));
	cr_assert(is_sampled(54321 + USER_NAMES));
	cr_assert_not(is_sampled(54321));
}

Test(submission, a_rule_decides_again_what_the_client_did)
{
	struct job_context context;

	rule("name=off sample=0");
	rule("name=half sample=0.5");
	sampler_parse("parentbased_always_off", &config.sampler);
	with_context(FRESH_ON);
	cr_assert_not(is_sampled(0));
	job.name = (char *)"half";
	with_context("00-" TRACE "-0000000000000000-00");
	context = submitted(0);
	/* ...48eb211c80319c: below 80... of R, so not kept at a half */
	cr_assert_not(context.flags & TRACE_FLAG_SAMPLED);
	free_job();
	with_context("00-0af7651916cd43dd84f8eb211c80319c-0000000000000000-00");
	context = submitted(0);
	cr_assert(context.flags & TRACE_FLAG_SAMPLED);
	cr_assert_str_eq(context.tracestate, "ot=th:8");
	/* and the same again */
	context = submitted(0);
	cr_assert(context.flags & TRACE_FLAG_SAMPLED);
	cr_assert_str_eq(context.tracestate, "ot=th:8");
	free_job();
	job.name = (char *)"off";
	with_context(FRESH_ON);
	in_environment("SLURM_SPANK_OTEL_CONTEXT", FRESH_ON);
	context = submitted(0);
	cr_assert_null(job.admin_comment);
	expect_in_environment("TRACESTATE", NULL);
	expect_parent(&context, &context.root_id);
	cr_assert_eq(context.flags, 0);
}

Test(submission, a_parent_decides_before_a_rule)
{
	rule("sample=0");
	with_context(GIVEN);
	cr_assert(is_sampled(0));
	in_environment("TRACEPARENT", GIVEN);
	cr_assert(is_sampled(0));
	rules[0].ratio = 1;
	with_context("00-" TRACE "-" SPAN "-00");
	cr_assert_not(is_sampled(0));
	/* unless the sampler takes no notice of parents */
	config.sampler.parent_based = false;
	with_context("00-" TRACE "-" SPAN "-00");
	cr_assert(is_sampled(0));
}

Test(submission, the_users_wish_decides_before_all)
{
	rule("sample=0");
	with_context(FRESH_OFF ";m=on");
	cr_assert(is_sampled(0));
	with_context(FRESH_OFF ";m=detail");
	cr_assert(is_sampled(0));
	with_context("00-" TRACE "-" SPAN "-00;m=on");
	cr_assert(is_sampled(0));
	rules[0].ratio = 1;
	with_context(FRESH_ON ";m=off");
	cr_assert_not(is_sampled(0));
	with_context(GIVEN ";m=off");
	cr_assert_not(is_sampled(0));
}

Test(submission, nodes_that_hear_of_no_decision_keep_the_clients)
{
	at_allocation = false;
	rule("sample=0");
	with_context(FRESH_ON);
	cr_assert(is_sampled(0));
	/* a batch job is launched by slurmctld */
	with_context(FRESH_ON);
	in_environment("A", "1");
	cr_assert_not(is_sampled(0));
	cr_assert_not(is_sampled(0));
}

Test(submission, components_share_the_leaders_decision)
{
	rule("name=quiet sample=0");
	job.name = (char *)"quiet";
	job.het_job_offset = 0;
	with_context(FRESH_ON);
	cr_assert_not(is_sampled(1));
	job.name = (char *)"loud";
	job.het_job_offset = 1;
	with_context(FRESH_ON);
	cr_assert_not(is_sampled(1));
	/* another job between them is no component */
	job.het_job_offset = NO_VAL;
	cr_assert(is_sampled(2));
	job.het_job_offset = 2;
	cr_assert_not(is_sampled(1));
	/* one that says it is of another trace is */
	job.het_job_offset = 3;
	with_context("00-11111111111111111111111111111111-0000000000000000-01");
	cr_assert(is_sampled(1));
}

Test(submission, a_rate_is_kept)
{
	unsigned int sampled = 0;

	config.max_traces_per_second = 3;
	for (int i = 0; i < 50; i++)
		sampled += is_sampled(1);
	cr_assert_geq(sampled, 3);
	cr_assert_lt(sampled, 50);
	/* said once, of the first */
	cr_assert_eq(infos, 1);
	cr_assert_eq(info_count, 1);
	/* those that are wanted, and those that began elsewhere, go on */
	for (int i = 0; i < 10; i++) {
		with_context(FRESH_OFF ";m=on");
		cr_assert(is_sampled(1));
		with_context(GIVEN);
		cr_assert(is_sampled(1));
	}
	/* a minute later, the rest */
	submissions.decisions.last_said_ns -= 60000000000;
	with_context(GIVEN);
	cr_assert(is_sampled(1));
	cr_assert_eq(infos, 2);
	cr_assert_eq(info_count, 50 - sampled - 1);
}

Test(submission, what_is_not_traced_takes_no_token)
{
	config.max_traces_per_second = 1;
	rule("name=quiet sample=0");
	job.name = (char *)"quiet";
	for (int i = 0; i < 10; i++)
		cr_assert_not(is_sampled(1));
	job.name = NULL;
	for (int i = 0; i < 10; i++) {
		with_context(GIVEN);
		cr_assert(is_sampled(1));
	}
	cr_assert(is_sampled(1));
	cr_assert_eq(infos, 0);
}

Test(submission, hostile_descriptions)
{
	static char text[200000];

	memset(text, '\377', sizeof(text) - 1);
	rule("partition=*a account=*a qos=*a name=*a sample=0");
	rule("name=* sample=0");
	job.partition = job.account = job.qos = job.name = text;
	cr_assert(is_sampled(1));
	text[1000] = '\0';
	cr_assert_not(is_sampled(1));
	strcpy(text, "a,%n%s\n\033[2J;$(id)");
	cr_assert_not(is_sampled(1));
	job.partition = job.account = job.qos = job.name = NULL;
	cr_assert(is_sampled(1));
}

Test(submission, a_list_of_one_name)
{
	struct desc_list env = desc_environment(&job);
	const uint32_t n = 200000;

	job.environment = calloc(n + 2, sizeof(char *));
	allocated++;
	for (uint32_t i = 0; i < n; i++)
		job.environment[i] = slurm_xstrdup("TRACEPARENT=x");
	job.env_size = n;
	submitted(1);
	cr_assert_eq(*env.size, 2); /* and the context */
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
