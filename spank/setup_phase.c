/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes the setup phase of a job once; see setup_phase.h. */
#include "spank/setup_phase.h"

#include "spank/compat.h"
#include "spank/env_list.h"
#include "spank/job_comment.h"
#include "spank/job_span.h"
#include "spank/nodelist.h"
#include "spank/sink.h"
#include "spank/step_span.h"

#define SETUP_DROPPED "otel: job %u: span of its setup dropped: %s"

struct claim {
	const struct step *step;
	bool ours;
};

static void take(struct job_state *state, void *arg)
{
	struct claim *claim = arg;

	claim->ours = state->setup;
	state->setup = false;
	step_tell_kind(claim->step, state);
}

static int write_span(const struct config *config, int spool,
		      const struct step *step, struct err *err)
{
	const struct job_name name = step_job_name(step);
	struct span *span = setup_span_create(config, &step->job, &name,
					      step->node, step->start_ns);
	int rc = sink_write(config, spool, step->fate, step->job_id, &span, 1,
			    err);

	span_destroy(span);
	return rc;
}

/*
 * The prolog's word is not enough: one that a step causes is told the nodes of
 * that step, and may take another node for the job's first one.
 */
static bool on_first_node(const struct step *step, char *const *env)
{
	return !step_spans_nodes(step) ||
	       nodelist_starts_with(env_get(env, "SLURM_JOB_NODELIST"),
				    step->node);
}

static void write_or_say(const struct config *config, int spool,
			 const struct step *step)
{
	struct err err;

	if (write_span(config, spool, step, &err) < 0)
		slurm_info(SETUP_DROPPED, step->job_id, err.msg);
}

void setup_phase_begin(const struct config *config, int spool, char *const *env,
		       struct step *step)
{
	struct claim claim = { .step = step };
	struct err err;

	if (!step->job.state.setup || spool < 0 ||
	    step->fate == TRACE_DROPPED || !on_first_node(step, env))
		return;
	/* several steps may start at once */
	if (job_file_change(spool, step->job_id, take, &claim, &err) < 0) {
		slurm_info(SETUP_DROPPED, step->job_id, err.msg);
		return;
	}
	if (!claim.ours)
		return;
	/* the context of an array's task is not that of its submission */
	if (step->job.by_extern && !step->is_array_task)
		job_comment_request(config, spool, step->job_id, &step->job);
	step->owes_setup = step->told_restart != NULL;
	if (!step->owes_setup)
		write_or_say(config, spool, step);
}

void setup_phase_end(const struct config *config, int spool,
		     const struct step *step)
{
	if (step->owes_setup && spool >= 0)
		write_or_say(config, spool, step);
}
