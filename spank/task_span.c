/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes the span of an ended task; see task_span.h. */
#include "spank/task_span.h"

#include <stdio.h>
#include <string.h>

#include "span/attrs.h"
#include "span/exit_status.h"
#include "spank/job_span.h"
#include "spank/step_span.h"

#define EXECUTABLE_MAX 255 /* bytes; NAME_MAX of a file */

static void set_ids(struct span *span, const struct step *step,
		    const struct task *task)
{
	const struct span_key key = {
		.trace_id = &step->self.trace_id,
		.cluster = step->job.cluster,
		.job_id = step->job_id,
		.restart = step->job.restart,
		.what = SPAN_TASK,
		.step = step->step_id,
		.task = task->rank,
	};
	struct trace_context self = step->self;
	struct span_id parent = step->self.span_id;

	if (step_spans_nodes(step))
		step_node_span_id(step, &parent);
	span_id_derive(&key, &self.span_id);
	span_set_context(span, &self, &parent, false);
}

/* All tasks of a step run the same program, but for srun --multi-prog: Slurm
 * tells a plugin the name of its configuration file then. */
static void set_command(const struct config *config, const struct step *step,
			struct span *span)
{
	const char *command = step_command(step);
	char name[EXECUTABLE_MAX + 1];

	if (!command)
		return;
	snprintf(name, sizeof(name), "%s", command);
	span_set_str(span, ATTR_PROCESS_EXECUTABLE_NAME, name);
	if (config->command_args)
		span_set_strs(span, ATTR_PROCESS_COMMAND_ARGS, step->argv,
			      (size_t)step->argc);
}

static void set_outcome(struct span *span, const struct task *task)
{
	struct exit_status status;

	exit_status_describe(task->status, &status);
	if (status.signal) {
		span_set_int(span, ATTR_TASK_EXIT_SIGNAL, status.signal);
		span_add_event(span, task->end_ns, "signal",
			       ATTR_TASK_SIGNAL_NAME, status.error_type);
	} else {
		span_set_int(span, ATTR_PROCESS_EXIT_CODE, status.exit_status);
	}
	if (!task->status)
		return;
	span_set_status(span, SPAN_STATUS_ERROR, status.text);
	span_set_str(span, ATTR_ERROR_TYPE, status.error_type);
}

struct span *task_span_create(const struct config *config,
			      const struct step *step, const struct task *task)
{
	const struct job_name name = step_job_name(step);
	struct span *span =
		job_span_begin(config, &step->job.context, &name, step->node);
	char id[STEP_NAME_SIZE];

	if (!span)
		return NULL;
	step_id_name(step->step_id, id);
	span_set_name(span, "slurm.task");
	set_ids(span, step, task);
	span_set_times(span, step->tasks.start_ns, task->end_ns);
	span_set_str(span, ATTR_STEP_ID, id);
	span_set_str(span, ATTR_HOST_NAME, step->node);
	span_set_int(span, ATTR_TASK_RANK, task->rank);
	span_set_int(span, ATTR_TASK_LOCAL_RANK, task - step->tasks.list);
	span_set_int(span, ATTR_PROCESS_PID, task->pid);
	set_command(config, step, span);
	set_outcome(span, task);
	return span;
}
