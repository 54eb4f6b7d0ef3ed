/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The record in open/ from which the agent closes a step that was killed. */
#ifndef OTEL_SPANK_STEP_RECORD_H
#define OTEL_SPANK_STEP_RECORD_H

#include "config/config.h"
#include "spank/step.h"

/*
 * Makes step->record in spool (-1: there is none), from the context in step,
 * unless its trace is not sampled.  What fails is logged; the step then has no
 * record.
 */
void step_record_make(const struct config *config, int spool,
		      struct step *step);

#endif
