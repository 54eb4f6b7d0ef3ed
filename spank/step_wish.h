/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a user asked for one step, with the options of an srun inside a job.
 * srun puts it into the environment, the names beginning with SLURM for the
 * sake of --export=NONE; slurmstepd reads it as hostile, and takes it out of
 * the tasks' environment.
 */
#ifndef OTEL_SPANK_STEP_WISH_H
#define OTEL_SPANK_STEP_WISH_H

#include "config/config.h"
#include "spank/options.h"
#include "spank/step.h"

#define STEP_MODE_VAR "SLURM_OTEL_TRACE"            /* off, detail or on */
#define STEP_ATTRIBUTES_VAR "SLURM_OTEL_ATTRIBUTES" /* see user_attrs.h */

/* In srun: hands on the wish, or takes away a stale one of an outer step. */
void step_wish_hand_on(const struct wish *wish);

/*
 * In slurmstepd: heeds it, as far as UserOptions allows, in a step whose place
 * is known (step_context.h).  A step that is not to be traced leaves no span,
 * and what runs in it is below the step's parent and not sampled.  No step of
 * an untraced job is traced.
 */
void step_wish_heed(const struct config *config, char *const *env,
		    struct step *step);

#endif
