/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes spans out of an ended step; see step_span.h. */
#include "spank/step_span.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "span/attrs.h"
#include "span/exit_status.h"
#include "span/user_attrs_set.h"
#include "spank/compat.h"

/* Of low cardinality, and no exit status: beside those of exit_status.h. */
#define ERROR_TYPE_LAUNCH "launch_failed"

void step_id_name(uint32_t step_id, char *ret)
{
	static const struct {
		uint32_t id;
		const char *name;
	} special[] = {
		{ SLURM_BATCH_SCRIPT, "batch" },
		{ SLURM_INTERACTIVE_STEP, "interactive" },
		{ SLURM_EXTERN_CONT, "extern" },
	};

	for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++)
		if (special[i].id == step_id) {
			strcpy(ret, special[i].name);
			return;
		}
	snprintf(ret, STEP_NAME_SIZE, "%" PRIu32, step_id);
}

bool step_spans_nodes(const struct step *step)
{
	return step->step_id != SLURM_BATCH_SCRIPT &&
	       step->step_id != SLURM_INTERACTIVE_STEP;
}

/* The command without its directories; "batch" for a batch script, as sacct
 * names that step. */
static const char *step_name(const struct step *step, const char *id)
{
	const char *command =
		step_spans_nodes(step) ? step_command(step) : NULL;

	return command ? command : id;
}

static void set_usage(struct span *span, const struct rusage *usage)
{
	span_set_double(span, ATTR_STEP_CPU_USER,
			(double)usage->ru_utime.tv_sec +
				(double)usage->ru_utime.tv_usec / 1e6);
	span_set_double(span, ATTR_STEP_CPU_SYSTEM,
			(double)usage->ru_stime.tv_sec +
				(double)usage->ru_stime.tv_usec / 1e6);
	/* getrusage(2): kilobytes of 1024 */
	span_set_int(span, ATTR_STEP_MAX_RSS, usage->ru_maxrss * 1024);
	span_set_int(span, ATTR_STEP_MINOR_FAULTS, usage->ru_minflt);
	span_set_int(span, ATTR_STEP_MAJOR_FAULTS, usage->ru_majflt);
	span_set_int(span, ATTR_STEP_BLOCK_IN, usage->ru_inblock);
	span_set_int(span, ATTR_STEP_BLOCK_OUT, usage->ru_oublock);
	span_set_int(span, ATTR_STEP_SWITCHES_VOLUNTARY, usage->ru_nvcsw);
	span_set_int(span, ATTR_STEP_SWITCHES_INVOLUNTARY, usage->ru_nivcsw);
}

static void set_failed_tasks(struct span *span,
			     const struct failed_tasks *failed)
{
	struct exit_status status;
	char message[128];

	exit_status_describe(failed->first_status, &status);
	snprintf(message, sizeof(message), "task %" PRIu32 ": %s",
		 failed->first_rank, status.text);
	span_set_status(span, SPAN_STATUS_ERROR, message);
	span_set_str(span, ATTR_ERROR_TYPE, status.error_type);
	span_set_str(span, ATTR_EXIT_CODE, status.code);
	span_set_int(span, ATTR_STEP_EXIT_STATUS, status.exit_status);
	if (status.signal)
		span_set_int(span, ATTR_STEP_EXIT_SIGNAL, status.signal);
	span_set_int(span, ATTR_STEP_FAILED_TASK, failed->first_rank);
}

/* No task, no exit status. */
static void set_unstarted_tasks(struct span *span, uint32_t unstarted)
{
	char message[64];

	snprintf(message, sizeof(message),
		 unstarted == 1 ? "%" PRIu32 " task was not started"
				: "%" PRIu32 " tasks were not started",
		 unstarted);
	span_set_status(span, SPAN_STATUS_ERROR, message);
	span_set_str(span, ATTR_ERROR_TYPE, ERROR_TYPE_LAUNCH);
}

static void set_failure(struct span *span, const struct step *step)
{
	uint32_t unstarted = step_unstarted_tasks(step);

	if (step->failed.count)
		set_failed_tasks(span, &step->failed);
	else if (unstarted)
		set_unstarted_tasks(span, unstarted);
	if (step_failed(step))
		span_set_int(span, ATTR_STEP_FAILED_TASKS,
			     (int64_t)step->failed.count + unstarted);
}

static void set_gpus(struct span *span, const struct step_gpus *gpus)
{
	if (!gpus->count)
		return;
	span_set_int(span, ATTR_GPU_COUNT, gpus->count);
	if (*gpus->devices)
		span_set_str(span, ATTR_GPU_DEVICES, gpus->devices);
}

/* What every span of a step has from its beginning on. */
static struct span *begin(const struct config *config, const struct step *step,
			  const char *step_id)
{
	const struct job_name name = step_job_name(step);
	struct span *span =
		job_span_begin(config, &step->job.context, &name, step->node);

	if (!span)
		return NULL;
	span_set_times(span, step->start_ns, step->start_ns);
	span_set_str(span, ATTR_STEP_ID, step_id);
	set_gpus(span, &step->gpus);
	return span;
}

static void end_span(struct span *span, const struct step *step,
		     const struct step_end *end)
{
	span_set_times(span, step->start_ns, end->time_ns);
	set_usage(span, &end->usage);
	set_failure(span, step);
}

static struct span *step_span_begin(const struct config *config,
				    const struct step *step)
{
	char id[STEP_NAME_SIZE], name[64];
	struct span *span;

	step_id_name(step->step_id, id);
	span = begin(config, step, id);
	if (!span)
		return NULL;
	snprintf(name, sizeof(name), "slurm.step %s", id);
	span_set_name(span, config->span_names == SPAN_NAMES_DESCRIPTIVE
				    ? name
				    : "slurm.step");
	span_set_context(span, &step->self, &step->parent, step->parent_remote);
	span_set_str(span, ATTR_STEP_NAME, step_name(step, id));
	/* a batch step says 0 nodes and tasks and means 1 */
	span_set_int(span, ATTR_STEP_NNODES, step->nnodes ? step->nnodes : 1);
	span_set_int(span, ATTR_STEP_NTASKS, step->ntasks ? step->ntasks : 1);
	if (step->has_foreign)
		span_add_link(span, &step->foreign, true, NULL, NULL);
	span_set_user_attrs(span, &step->attrs);
	return span;
}

static struct span *node_span_begin(const struct config *config,
				    const struct step *step)
{
	/* a step over the limit may be silent on its first node */
	bool alone = step->over_limit && step->node_id != 0;
	struct trace_context self = step->self;
	char id[STEP_NAME_SIZE];
	struct span *span;

	step_id_name(step->step_id, id);
	span = begin(config, step, id);
	if (!span)
		return NULL;
	step_node_span_id(step, &self.span_id);
	span_set_name(span, "slurm.node");
	span_set_context(span, &self,
			 alone ? &step->parent : &step->self.span_id,
			 alone && step->parent_remote);
	span_set_str(span, ATTR_HOST_NAME, step->node);
	span_set_int(span, ATTR_NODE_ID, step->node_id);
	span_set_int(span, ATTR_NODE_NTASKS, step->local_ntasks);
	return span;
}

void step_node_span_id(const struct step *step, struct span_id *ret)
{
	const struct span_key key = {
		.trace_id = &step->self.trace_id,
		.cluster = step->job.cluster,
		.job_id = step->job_id,
		.restart = step->job.restart,
		.what = SPAN_STEP_NODE,
		.step = step->step_id,
		.node = step->node,
	};

	span_id_derive(&key, ret);
}

struct span *step_span_create(const struct config *config,
			      const struct step *step,
			      const struct step_end *end)
{
	struct span *span = step_span_begin(config, step);

	if (!span)
		return NULL;
	end_span(span, step, end);
	if (!step_failed(step) && !step->unnoted_tasks) {
		span_set_str(span, ATTR_EXIT_CODE, "0:0");
		span_set_int(span, ATTR_STEP_EXIT_STATUS, 0);
	}
	return span;
}

struct span *step_node_span_create(const struct config *config,
				   const struct step *step,
				   const struct step_end *end)
{
	struct span *span = node_span_begin(config, step);

	if (span)
		end_span(span, step, end);
	return span;
}

struct span *step_open_span_create(const struct config *config,
				   const struct step *step)
{
	return step->node_id == 0 ? step_span_begin(config, step)
				  : node_span_begin(config, step);
}
