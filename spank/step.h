/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A step on this node, as slurmstepd's hooks see it from its start to its
 * end.  The step's own span is written by its first node; what else is told of
 * its nodes and tasks is for step_plan.h to say.
 */
#ifndef OTEL_SPANK_STEP_H
#define OTEL_SPANK_STEP_H

#include <stdbool.h>
#include <stdint.h>

#include "host/fate.h"
#include "spank/job_file.h"
#include "spank/job_span.h"
#include "spank/step_gpu.h"
#include "spank/tasks.h"
#include "spool/open.h"
#include "trace/traceparent.h"
#include "trace/user_attrs.h"

struct plugin;
struct spank_handle;

/* The tasks of this node that did not end with status 0. */
struct failed_tasks {
	uint32_t count;      /* of those that ended */
	uint32_t first_rank; /* global rank of the first one to end */
	int first_status;    /* its raw wait status */
};

struct step {
	bool active; /* context is made: spans may be written */
	uint64_t start_ns;
	uint32_t job_id;
	bool is_array_task;
	uint32_t array_job_id, array_task_id;
	uint32_t step_id;
	uint32_t node_id, nnodes, ntasks, local_ntasks;
	char **argv; /* argc of them; borrowed from slurmstepd */
	int argc;
	char node[256];
	struct job_file job; /* context: that of this very job */
	enum trace_fate fate;
	struct trace_context self;
	/* What its tasks find in TRACEPARENT: itself, or its parent where only
	 * a failure would make it a span (over_limit). */
	struct trace_context handed;
	bool over_limit; /* MaxSpansPerTrace steps are before it */
	struct span_id parent;
	bool parent_remote;
	bool has_foreign; /* a context of another trace was found */
	struct trace_context foreign;
	struct user_attrs attrs; /* of this step's own */
	struct step_gpus gpus;
	struct failed_tasks failed;
	uint32_t ended_tasks;   /* of this node, however they did */
	uint32_t unnoted_tasks; /* ended without us: tasks.h; at its end */
	uint32_t *told_restart; /* shared with the task, or NULL: attempt.h */
	bool owes_setup; /* the setup phase is told of at its end: setup_phase.h
			  */
	bool is_extern; /* and stands in for prolog and epilog: extern_step.h */
	struct tasks tasks;
	struct open_record record; /* closes the step, should we be killed */
};

/* The hooks, in the order slurmstepd calls them; as root, but for task_init,
 * which is in the task's own process and the user's. */
void step_init(struct plugin *plugin);
void step_init_post_opt(struct plugin *plugin, struct spank_handle *sp);
void step_task_init(struct plugin *plugin, struct spank_handle *sp);
void step_task_post_fork(struct plugin *plugin, struct spank_handle *sp);
void step_task_exit(struct plugin *plugin, struct spank_handle *sp);
void step_exit(struct plugin *plugin);

/*
 * At the end of a step: how many tasks of this node slurmstepd never saw end,
 * because it could not start them.  It tells no hook of that: the job was
 * cancelled meanwhile, its output file can not be written, fork failed.  In a
 * good step it calls task_exit for each (22.05 to 26.05, mgr.c), unless a
 * plugin before us, `required` in plugstack.conf, fails in its own, or, with
 * contain_spank, the job's namespace can not be joined any more: such tasks are
 * not counted here, and how they ended is not known.
 */
uint32_t step_unstarted_tasks(const struct step *step);

/* The name of what its tasks run, without its directories; borrowed.  NULL when
 * slurmstepd does not say it. */
const char *step_command(const struct step *step);

/* Whether anything of it went wrong on this node; at its end, too. */
bool step_failed(const struct step *step);

/* How spans name its job. */
struct job_name step_job_name(const struct step *step);

/* Writes into the state of its job whether that is an array task. */
void step_tell_kind(const struct step *step, struct job_state *state);

#endif
