/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds a step's place in its trace; see step_context.h. */
#include "spank/step_context.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/slurm_conf.h"
#include "host/sluid.h"
#include "spank/compat.h"
#include "spank/env_list.h"
#include "spank/submit.h"

uint32_t step_context_restart(char *const *env)
{
	const char *restart = env_get(env, "SLURM_RESTART_COUNT");

	return restart ? (uint32_t)strtoul(restart, NULL, 10) : 0;
}

static bool is_users_step(const struct step *step)
{
	return step->step_id != SLURM_BATCH_SCRIPT &&
	       step->step_id != SLURM_INTERACTIVE_STEP;
}

/* No job file: no prolog ran, or the disk was full.  Or one that was made
 * without knowing the context. */
static void job_from_environment(const struct config *config, char *const *env,
				 const struct step *step, struct job_file *ret)
{
	const char *sluid = env_get(env, SLUID_VAR);

	slurm_conf_cluster(ret->cluster, sizeof(ret->cluster));
	ret->restart = step_context_restart(env);
	/* the environment of a script is not complete yet: what is there may be
	 * of the job that submitted it */
	if (is_users_step(step) && sluid_is_valid(sluid))
		strcpy(ret->sluid, sluid);
	memset(&ret->context, 0, sizeof(ret->context));
	if (job_context_load(env_get(env, SPANK_JOB_PREFIX JOB_CONTEXT_VAR),
			     env_get(env, SPANK_JOB_PREFIX JOB_TRACESTATE_VAR),
			     env_get(env, SPANK_JOB_PREFIX JOB_BAGGAGE_VAR),
			     &ret->context) == 0)
		return;
	job_context_fallback(ret->cluster, step->job_id, 0, &ret->context);
	sampler_decide(&config->sampler, &ret->context);
}

int step_context_resolve(const struct config *config, int spool,
			 char *const *env, struct step *step, struct err *err)
{
	int found =
		spool < 0 ? 0
			  : job_file_read(spool, step->job_id, &step->job, err);

	if (found <= 0) {
		memset(&step->job, 0, sizeof(step->job));
		step->job.uid = JOB_UID_UNKNOWN;
	}
	if (found <= 0 || step->job.by_extern)
		job_from_environment(config, env, step, &step->job);
	step_context_place(config, env, step);
	return found < 0 ? -1 : 0;
}

void step_context_array(char *const *env, struct step *step)
{
	const char *text = env_get(env, STEP_ARRAY_VAR);
	unsigned job_id, array_job_id, task_id;
	char rest;

	if (!text ||
	    sscanf(text, "%10u:%10u:%10u%c", &job_id, &array_job_id, &task_id,
		   &rest) != 3 ||
	    job_id != step->job_id)
		return;
	step->is_array_task = true;
	step->array_job_id = array_job_id;
	step->array_task_id = task_id;
}

/* The application's context travels on: what the submitter or a task before us
 * put into TRACESTATE and BAGGAGE is newer than what the job came with. */
static void take_carried(char *const *env, struct job_context *job)
{
	if (tracestate_normalize(env_get(env, "TRACESTATE"), job->tracestate) <
	    0)
		job->tracestate[0] = '\0';
	if (baggage_normalize(env_get(env, "BAGGAGE"), job->baggage) < 0)
		job->baggage[0] = '\0';
}

/* True when something inside the job started this step: the span that is
 * named in its environment is of the job's trace and not the submitter's. */
static bool find_caller(char *const *env, const struct step *step,
			struct trace_context *ret, bool *ret_stripped)
{
	*ret_stripped = false;
	if (traceparent_parse(env_get(env, "TRACEPARENT"), ret) < 0) {
		*ret_stripped = true;
		if (traceparent_parse(env_get(env, STEP_PARENT_VAR), ret) < 0)
			return false;
	}
	return !span_id_equal(&ret->span_id, &step->job.context.parent_id);
}

static void derive_id(struct step *step)
{
	const struct job_context *job = &step->job.context;
	const struct span_key key = {
		.trace_id = &job->trace_id,
		.cluster = step->job.cluster,
		.job_id = step->job_id,
		.restart = step->job.restart,
		.what = SPAN_STEP,
		.step = step->step_id,
	};

	span_id_derive(&key, &step->self.span_id);
}

/* The root of its attempt. */
static void hang_below_root(struct step *step)
{
	job_context_root_id(&step->job.context, step->job.cluster, step->job_id,
			    step->job.restart, &step->parent);
}

/* Which step comes after too many is said by its number alone, so that all its
 * nodes agree without talking. */
static void apply_limit(const struct config *config, struct step *step)
{
	uint64_t max = config->max_spans_per_trace;

	step->over_limit = max && is_users_step(step) && step->step_id >= max;
	step->handed = step->self;
	if (step->over_limit)
		step->handed.span_id = step->parent;
}

static void find_parent(const struct config *config, char *const *env,
			struct step *step)
{
	struct job_context *job = &step->job.context;
	struct trace_context caller;
	bool stripped;

	hang_below_root(step);
	if (!is_users_step(step) || !find_caller(env, step, &caller, &stripped))
		return;
	if (trace_id_equal(&caller.trace_id, &job->trace_id)) {
		step->parent = caller.span_id;
		step->parent_remote = true;
		if (!stripped)
			take_carried(env, job);
	} else if (config->submit_context != SUBMIT_IGNORE) {
		step->has_foreign = true;
		step->foreign = caller;
	}
}

void step_context_attempt(struct step *step, uint32_t restart)
{
	step->job.restart = restart;
	derive_id(step);
	hang_below_root(step);
	step->handed = step->self;
}

void step_context_place(const struct config *config, char *const *env,
			struct step *step)
{
	struct job_context *job = &step->job.context;

	if (step->is_array_task)
		job_context_for_array_task(job, step->job.cluster,
					   step->array_job_id, step->job_id);
	step->self.trace_id = job->trace_id;
	step->self.flags = job->flags;
	step->fate = trace_fate_of(config, job);
	derive_id(step);
	find_parent(config, env, step);
	apply_limit(config, step);
}
