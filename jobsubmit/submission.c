/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gives a submitted job its context; see submission.h. */
#include "jobsubmit/submission.h"

#include <stdlib.h>
#include <string.h>

#include "host/fate.h"
#include "host/new_context.h"
#include "jobsubmit/batch_env.h"
#include "jobsubmit/enforce.h"
#include "jobsubmit/job_desc.h"
#include "span/comment.h"
#include "util/cleanup.h"

/* A client's plugin made one; slurmctld keeps its name without a prefix. */
static bool has_context(job_desc_msg_t *job, struct job_context *ret)
{
	struct desc_list env = desc_spank_env(job);

	return job_context_load(desc_get(&env, JOB_CONTEXT_VAR),
				desc_get(&env, JOB_TRACESTATE_VAR),
				desc_get(&env, JOB_BAGGAGE_VAR), ret) == 0;
}

static bool is_next_component(const job_desc_msg_t *job, uid_t user,
			      const struct last_component *last)
{
	return job->het_job_offset != NO_VAL && job->het_job_offset > 0 &&
	       last->offset != NO_VAL && last->user == user &&
	       job->het_job_offset == last->offset + 1;
}

/* Only a batch job brings the submitter's environment along. */
static void make_context(const struct config *config, job_desc_msg_t *job,
			 struct job_context *ret)
{
	struct desc_list env = desc_environment(job);

	new_context(config, desc_get(&env, "TRACEPARENT"),
		    desc_get(&env, "TRACESTATE"), desc_get(&env, "BAGGAGE"),
		    ret);
}

/* One value, where prologs and slurmctld find it, and where the job does:
 * sbatch with a client plugin exports SLURM_SPANK_* too. */
static int carry(job_desc_msg_t *job, const char *name, const char *job_name,
		 const char *value)
{
	struct desc_list spank = desc_spank_env(job);
	struct desc_list environment = desc_environment(job);

	if (desc_set(&spank, name, value) < 0)
		return -1;
	return *environment.list ? desc_set(&environment, job_name, value) : 0;
}

static int carry_context(job_desc_msg_t *job, const struct job_context *context)
{
	char text[JOB_CONTEXT_LEN_MAX + 1];

	job_context_format(context, text);
	if (carry(job, JOB_CONTEXT_VAR, SPANK_JOB_PREFIX JOB_CONTEXT_VAR,
		  text) < 0 ||
	    carry(job, JOB_TRACESTATE_VAR, SPANK_JOB_PREFIX JOB_TRACESTATE_VAR,
		  context->tracestate) < 0 ||
	    carry(job, JOB_BAGGAGE_VAR, SPANK_JOB_PREFIX JOB_BAGGAGE_VAR,
		  context->baggage) < 0)
		return -1;
	return 0;
}

static char **comment_of(const struct config *config, job_desc_msg_t *job)
{
	switch (config->job_comment) {
	case JOB_COMMENT_ADMIN:
		return &job->admin_comment;
	case JOB_COMMENT_USER:
		return &job->comment;
	default:
		return NULL; /* can not be set at submission */
	}
}

/* The tasks of an array get traces of their own, which differ from this id;
 * theirs are shown when they start. */
static bool shows_comment(const struct config *config,
			  const job_desc_msg_t *job,
			  const struct job_context *context)
{
	return trace_fate_of(config, context) == TRACE_EXPORTED &&
	       (!job->array_inx || span_id_valid(&context->parent_id));
}

static void set_comment(const struct config *config, job_desc_msg_t *job,
			const struct job_context *context)
{
	char **place = comment_of(config, job);
	_cleanup_free_ char *text = NULL;
	char *copy;

	if (!place || !shows_comment(config, job, context))
		return;
	text = comment_compose(*place, &context->trace_id, config->trace_url);
	copy = text ? slurm_xstrdup(text) : NULL;
	if (!copy)
		return;
	slurm_xfree((void **)place);
	*place = copy;
}

void submission_complete(const struct config *config, bool at_allocation,
			 job_desc_msg_t *job, uid_t user,
			 struct submissions *submissions)
{
	struct last_component *last = &submissions->last;
	struct job_context context;
	bool has = has_context(job, &context);

	enforce_attributes(config, job);
	if (has)
		enforce_mode(config, &context);
	else
		make_context(config, job, &context);
	if (is_next_component(job, user, last) &&
	    (!has ||
	     trace_id_equal(&context.trace_id, &last->context.trace_id)))
		context = last->context;
	else if (!has || at_allocation || job->environment)
		decision_make(config, job, user, &submissions->decisions,
			      &context);
	batch_env_choose_root(job, &context);
	if (carry_context(job, &context) < 0 ||
	    batch_env_write(job, &context) < 0)
		slurm_error("otel: no memory for a job's context; "
			    "it is traced without");
	set_comment(config, job, &context);
	if (job->het_job_offset == NO_VAL)
		return;
	last->user = user;
	last->offset = job->het_job_offset;
	last->context = context;
}
