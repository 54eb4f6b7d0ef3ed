/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What passed between a job's prolog and its first step. */
#ifndef OTEL_SPANK_SETUP_PHASE_H
#define OTEL_SPANK_SETUP_PHASE_H

#include "config/config.h"
#include "spank/step.h"

/*
 * Writes slurm.phase.setup, if this step is the first one on the job's first
 * node; for any other it looks at what step holds and returns.  At the start
 * of a step, as root, after attempt_watch(); spool may be -1, env (the step's)
 * NULL.  A step that does not know its attempt yet (told_restart) only notes
 * that it owes the span.  Where no prolog asked for the job's comment
 * (by_extern), this does.  What is lost is logged.
 */
void setup_phase_begin(const struct config *config, int spool, char *const *env,
		       struct step *step);

/* At its end, after attempt_learn(): writes what the step owes. */
void setup_phase_end(const struct config *config, int spool,
		     const struct step *step);

#endif
