/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decides what is told of a step; see step_plan.h. */
#include "spank/step_plan.h"

#include "spank/step_span.h"

static uint32_t count(const struct tasks *tasks,
		      bool (*counts)(const struct task *task))
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < tasks->n; i++)
		n += counts(&tasks->list[i]);
	return n;
}

static void plan_tasks(const struct config *config, const struct step *step,
		       struct step_plan *plan)
{
	uint32_t good = count(&step->tasks, task_succeeded);
	uint64_t max = config->max_task_spans, room = UINT32_MAX;

	if (max)
		room = max > step->failed.count ? max - step->failed.count : 0;
	plan->good_tasks = good < room ? good : (uint32_t)room;
	plan->dropped_tasks = good - plan->good_tasks;
}

void step_plan_make(const struct config *config, const struct step *step,
		    enum detail level, struct step_plan *ret)
{
	bool failed = step_failed(step);
	bool has_nodes = step_spans_nodes(step);
	struct step_plan plan = {
		.step = step->node_id == 0 && (failed || !step->over_limit),
		.node = has_nodes && (failed || level >= DETAIL_NODE),
		.node_is_detail = !failed,
		.failed_tasks = failed && (has_nodes || level >= DETAIL_TASK),
	};

	plan.dropped_others = step->node_id == 0 && !plan.step;
	if (level >= DETAIL_TASK)
		plan_tasks(config, step, &plan);
	if (step->over_limit)
		step_plan_grant(&plan, 0);
	*ret = plan;
}

uint32_t step_plan_details(const struct step_plan *plan)
{
	return plan->good_tasks + (plan->node && plan->node_is_detail);
}

void step_plan_grant(struct step_plan *plan, uint32_t n)
{
	if (n >= step_plan_details(plan))
		return;
	if (plan->node && plan->node_is_detail) {
		if (n == 0) {
			plan->node = false;
			plan->dropped_others++;
		} else {
			n--;
		}
	}
	plan->dropped_tasks += plan->good_tasks - n;
	plan->good_tasks = n;
}

bool step_plan_is_empty(const struct step_plan *plan)
{
	return !plan->step && !plan->node && !plan->failed_tasks &&
	       !plan->good_tasks;
}
