/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes the spans of an ended step; see step_end.h. */
#include "spank/step_end.h"

#include <sys/resource.h>

#include "host/daemon_spool.h"
#include "host/detail_file.h"
#include "host/span_writer.h"
#include "span/attrs.h"
#include "spank/compat.h"
#include "spank/job_node.h"
#include "spank/sink.h"
#include "spank/step_plan.h"
#include "spank/step_span.h"
#include "spank/task_span.h"
#include "spool/spool.h"
#include "util/cleanup.h"
#include "util/clock.h"

/* ---- what MaxSpansPerTrace leaves ---------------------------------------- */

struct share {
	const struct config *config;
	const struct step *step;
	uint32_t wanted, dropped; /* before it */
	uint32_t granted;
};

static uint32_t add_up_to_max(uint32_t a, uint32_t b)
{
	return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

static void take_share(struct job_state *state, void *arg)
{
	struct share *share = arg;
	uint64_t max = share->config->max_spans_per_trace, room = UINT32_MAX;

	if (max)
		room = max > state->spans ? max - state->spans : 0;
	share->granted = share->wanted < room ? share->wanted : (uint32_t)room;
	state->spans = add_up_to_max(state->spans, share->granted);
	state->dropped =
		add_up_to_max(state->dropped,
			      share->dropped + share->wanted - share->granted);
	step_tell_kind(share->step, state);
}

/* The steps of a job share one limit on this node.  Where there is no job file,
 * each has it for itself. */
static void keep_within_limit(const struct config *config, int spool,
			      const struct step *step, struct step_plan *plan)
{
	struct share share = {
		.config = config,
		.step = step,
		.wanted = step_plan_details(plan),
		.dropped = plan->dropped_tasks + plan->dropped_others,
	};
	struct job_state alone = { 0 };
	struct err err;
	int rc = job_file_change(spool, step->job_id, take_share, &share, &err);

	if (rc < 0)
		slurm_debug("otel: job %u: its spans are not counted: %s",
			    step->job_id, err.msg);
	if (rc <= 0)
		take_share(&alone, &share);
	step_plan_grant(plan, share.granted);
}

static enum detail level_of(const struct config *config, int spool,
			    const struct step *step, uint64_t now_ns)
{
	const struct detail_subject subject = {
		.job_id = step->job_id,
		.array_job_id = step->is_array_task ? step->array_job_id : 0,
		.uid = step->job.uid,
		.partition = step->job.partition,
	};

	return job_detail(config, &step->job.context, spool, now_ns, &subject);
}

/* ---- writing ------------------------------------------------------------- */

/* Spans on their way; they go in parts, since a step may have many. */
struct batch {
	const struct config *config;
	const struct step *step;
	int spool;
	struct span *spans[SPOOL_APPEND_MAX];
	size_t n;
	int rc;
	struct err *err;
};

static void flush(struct batch *batch)
{
	if (batch->n && sink_write(batch->config, batch->spool,
				   batch->step->fate, batch->step->job_id,
				   batch->spans, batch->n, batch->err) < 0)
		batch->rc = -1;
	spans_destroy(batch->spans, batch->n);
	batch->n = 0;
}

static void put(struct batch *batch, struct span *span)
{
	batch->spans[batch->n++] = span;
	if (batch->n == SPOOL_APPEND_MAX)
		flush(batch);
}

static void put_tasks(struct batch *batch, const struct step_plan *plan)
{
	const struct tasks *tasks = &batch->step->tasks;
	uint32_t good = plan->good_tasks;

	for (uint32_t i = 0; i < tasks->n; i++) {
		const struct task *task = &tasks->list[i];

		if (task_failed(task) ? !plan->failed_tasks
				      : !task_succeeded(task) || !good)
			continue;
		good -= task_succeeded(task);
		put(batch, task_span_create(batch->config, batch->step, task));
	}
}

/* On the lowest span above the tasks that is written. */
static void tell_dropped(struct span *span, const struct step_plan *plan)
{
	if (span && plan->dropped_tasks)
		span_set_int(span, ATTR_STEP_DROPPED_TASKS,
			     plan->dropped_tasks);
}

static int write_planned(const struct config *config, int spool,
			 const struct step *step, const struct step_end *end,
			 const struct step_plan *plan, struct err *err)
{
	struct batch batch = {
		.config = config, .step = step, .spool = spool, .err = err
	};
	struct span *span;

	if (plan->step) {
		span = step_span_create(config, step, end);
		if (!plan->node)
			tell_dropped(span, plan);
		put(&batch, span);
	}
	if (plan->node) {
		span = step_node_span_create(config, step, end);
		tell_dropped(span, plan);
		put(&batch, span);
	}
	if (plan->failed_tasks || plan->good_tasks)
		put_tasks(&batch, plan);
	flush(&batch);
	return batch.rc;
}

static int write_spans(const struct config *config, const struct step *step,
		       struct err *err)
{
	struct step_end end = { .time_ns = clock_unix_ns() };
	_cleanup_close_ int spool = node_spool_open(config, step->node, err);
	struct step_plan plan;
	enum detail level;

	getrusage(RUSAGE_CHILDREN, &end.usage);
	level = level_of(config, spool, step, end.time_ns);
	step_plan_make(config, step, level, &plan);
	if (spool < 0)
		return step_plan_is_empty(&plan) ? 0 : -1;
	if (level > DETAIL_STEP || plan.dropped_others)
		keep_within_limit(config, spool, step, &plan);
	return write_planned(config, spool, step, &end, &plan, err);
}

void step_end_write(const struct config *config, const struct step *step)
{
	char name[STEP_NAME_SIZE];
	struct err err;

	if (!step->active || step->fate == TRACE_DROPPED ||
	    write_spans(config, step, &err) == 0)
		return;
	step_id_name(step->step_id, name);
	slurm_info("otel: job %u step %s: span dropped: %s", step->job_id, name,
		   err.msg);
}
