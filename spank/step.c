/* SPDX-License-Identifier: GPL-2.0-or-later */
/* slurmstepd's hooks; see step.h. */
#include "spank/step.h"

#include <stdlib.h>
#include <string.h>

#include "host/daemon_spool.h"
#include "spank/attempt.h"
#include "spank/compat.h"
#include "spank/extern_step.h"
#include "spank/held_job.h"
#include "spank/plugin.h"
#include "spank/setup_phase.h"
#include "spank/step_context.h"
#include "spank/step_end.h"
#include "spank/step_env.h"
#include "spank/step_record.h"
#include "spank/step_span.h"
#include "spank/step_wish.h"
#include "util/cleanup.h"
#include "util/clock.h"

void step_init(struct plugin *plugin)
{
	plugin->step.start_ns = clock_unix_ns();
}

/*
 * slurmctld tells the batch step whether it is an array task.  For any other
 * step Slurm takes SLURM_ARRAY_* from its environment, where they may be those
 * of an outer job; so the batch step hands it on together with its job id.
 */
static void get_array(spank_t sp, char *const *env, struct step *step)
{
	step->array_task_id = NO_VAL;
	if (step->step_id != SLURM_BATCH_SCRIPT) {
		step_context_array(env, step);
		return;
	}
	spank_get_item(sp, S_JOB_ARRAY_ID, &step->array_job_id);
	spank_get_item(sp, S_JOB_ARRAY_TASK_ID, &step->array_task_id);
	step->is_array_task = step->array_task_id != NO_VAL;
}

static void get_items(spank_t sp, struct step *step)
{
	spank_get_item(sp, S_JOB_ID, &step->job_id);
	spank_get_item(sp, S_JOB_STEPID, &step->step_id);
	spank_get_item(sp, S_JOB_NODEID, &step->node_id);
	spank_get_item(sp, S_JOB_NNODES, &step->nnodes);
	spank_get_item(sp, S_JOB_TOTAL_TASK_COUNT, &step->ntasks);
	spank_get_item(sp, S_JOB_LOCAL_TASK_COUNT, &step->local_ntasks);
	if (spank_get_item(sp, S_JOB_ARGV, &step->argc, &step->argv) !=
	    ESPANK_SUCCESS)
		step->argc = 0;
}

/* A batch step says 0 and means 1. */
static uint32_t local_tasks(const struct step *step)
{
	return step->local_ntasks ? step->local_ntasks : 1;
}

void step_init_post_opt(struct plugin *plugin, spank_t sp)
{
	struct step *step = &plugin->step;
	const char *node = getenv("SLURMD_NODENAME");
	struct step_resource resource;
	_cleanup_close_ int spool = -1;
	char **env = NULL;
	struct err err;

	get_items(sp, step);
	strncpy(step->node, node ? node : "", sizeof(step->node) - 1);
	/* The extern step runs nothing of the user's. */
	if (step->step_id == SLURM_EXTERN_CONT) {
		extern_step_begin(plugin, sp);
		return;
	}
	spank_get_item(sp, S_JOB_ENV, &env);
	get_array(sp, env, step);
	/* without a spool, the end of the step says what is lost */
	spool = node_spool_open(plugin->config, step->node, NULL);
	if (step_context_resolve(plugin->config, spool, env, step, &err) < 0)
		slurm_info(
			"otel: job %u: context taken from the environment: %s",
			step->job_id, err.msg);
	step_wish_heed(plugin->config, env, step);
	step_gpus_read(env, !step_spans_nodes(step), &step->gpus);
	step_resource_make(plugin->config, env, step, &resource);
	attempt_watch(step);
	setup_phase_begin(plugin->config, spool, env, step);
	step_env_hand_out(sp, step, &resource); /* env is stale from here on */
	step->active = true;
	tasks_make(&step->tasks, local_tasks(step));
	step_record_make(plugin->config, spool, step);
	held_step_note(plugin->config, spool, step->fate, step->job_id, false);
}

void step_task_init(struct plugin *plugin, spank_t sp)
{
	attempt_tell(&plugin->step, sp);
}

void step_task_post_fork(struct plugin *plugin, spank_t sp)
{
	tasks_note_start(&plugin->step.tasks, sp);
}

void step_task_exit(struct plugin *plugin, spank_t sp)
{
	struct failed_tasks *failed = &plugin->step.failed;
	uint32_t rank = 0;
	int status = 0;

	open_record_touch(&plugin->step.record);
	plugin->step.ended_tasks++;
	if (spank_get_item(sp, S_TASK_EXIT_STATUS, &status) != ESPANK_SUCCESS)
		return;
	tasks_note_end(&plugin->step.tasks, sp, status);
	if (status == 0)
		return;
	spank_get_item(sp, S_TASK_GLOBAL_ID, &rank);
	if (failed->count++ == 0) {
		failed->first_rank = rank;
		failed->first_status = status;
	}
}

static void note_end(const struct config *config, const struct step *step)
{
	_cleanup_close_ int spool = -1;

	if (!step->active || (step->fate != TRACE_HELD && !step->owes_setup))
		return;
	spool = node_spool_open(config, step->node, NULL);
	setup_phase_end(config, spool, step);
	held_step_note(config, spool, step->fate, step->job_id, true);
}

void step_exit(struct plugin *plugin)
{
	extern_step_end(plugin);
	attempt_learn(&plugin->step);
	plugin->step.unnoted_tasks = tasks_unnoted(&plugin->step.tasks);
	step_end_write(plugin->config, &plugin->step);
	note_end(plugin->config, &plugin->step);
	open_record_remove(&plugin->step.record);
	tasks_free(&plugin->step.tasks);
}

uint32_t step_unstarted_tasks(const struct step *step)
{
	uint32_t all = local_tasks(step);
	uint32_t seen = step->ended_tasks + step->unnoted_tasks;

	return all > seen ? all - seen : 0;
}

const char *step_command(const struct step *step)
{
	const char *command = step->argc > 0 ? step->argv[0] : NULL;
	const char *slash = command ? strrchr(command, '/') : NULL;

	return slash ? slash + 1 : command;
}

bool step_failed(const struct step *step)
{
	return step->failed.count || step_unstarted_tasks(step);
}

struct job_name step_job_name(const struct step *step)
{
	return (struct job_name){
		.job_id = step->job_id,
		.is_array_task = step->is_array_task,
		.array_job_id = step->array_job_id,
		.array_task_id = step->array_task_id,
		.restart = step->job.restart,
		.sluid = step->job.sluid,
	};
}

void step_tell_kind(const struct step *step, struct job_state *state)
{
	if (!step->is_array_task) {
		if (state->kind == JOB_KIND_UNKNOWN)
			state->kind = JOB_KIND_PLAIN;
		return;
	}
	/* also over the word of a step that was started from outside, which
	 * does not know */
	state->kind = JOB_KIND_ARRAY_TASK;
	state->array_job_id = step->array_job_id;
	state->array_task_id = step->array_task_id;
}
