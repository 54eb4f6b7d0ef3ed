/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tasks of a step find in their environment. */
#ifndef OTEL_SPANK_STEP_ENV_H
#define OTEL_SPANK_STEP_ENV_H

#include "spank/compat.h"
#include "spank/step.h"
#include "spank/step_resource.h"

/*
 * Gives every task TRACEPARENT, which names the span above it, and TRACESTATE
 * and BAGGAGE of the job, over whatever it had, and what is in resource; takes
 * away what was meant for us alone.  In slurmstepd, as root, before any task
 * is forked.  What S_JOB_ENV gave before is no longer valid then.
 */
void step_env_hand_out(spank_t sp, const struct step *step,
		       const struct step_resource *resource);

/* TRACEPARENT alone, when the step turned out to be another one. */
void step_env_name_parent(spank_t sp, const struct step *step);

#endif
