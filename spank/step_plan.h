/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which spans a node writes of an ended step; pure.  Whatever is decided here,
 * no span is written whose parent is not: doc/design.md, "Detail and limits".
 */
#ifndef OTEL_SPANK_STEP_PLAN_H
#define OTEL_SPANK_STEP_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "spank/step.h"

struct step_plan {
	bool step;               /* slurm.step */
	bool node;               /* slurm.node */
	bool node_is_detail;     /* it tells of no failure */
	bool failed_tasks;       /* slurm.task of each that failed */
	uint32_t good_tasks;     /* and of the first so many others */
	uint32_t dropped_tasks;  /* left out by a limit */
	uint32_t dropped_others; /* slurm.step and slurm.node, the same */
};

/* What is to be written at that level of detail, as far as step alone says. */
void step_plan_make(const struct config *config, const struct step *step,
		    enum detail level, struct step_plan *ret);

/* How many of these spans MaxSpansPerTrace is about on this node. */
uint32_t step_plan_details(const struct step_plan *plan);

/* Leaves out all of those but n.  No task stays without its node. */
void step_plan_grant(struct step_plan *plan, uint32_t n);

/* Is nothing to be written? */
bool step_plan_is_empty(const struct step_plan *plan);

#endif
