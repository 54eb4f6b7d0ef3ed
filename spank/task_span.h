/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The span of a task; pure. */
#ifndef OTEL_SPANK_TASK_SPAN_H
#define OTEL_SPANK_TASK_SPAN_H

#include "config/config.h"
#include "span/span.h"
#include "spank/step.h"

/*
 * slurm.task: one that has ended, of step->tasks.  Below its node's slurm.node;
 * of a batch or interactive step, which has none, below slurm.step.  The caller
 * destroys it; NULL without memory.
 */
struct span *task_span_create(const struct config *config,
			      const struct step *step, const struct task *task);

#endif
