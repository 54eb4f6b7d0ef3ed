/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a step stands in its trace: the job's context, its parent, its id. */
#ifndef OTEL_SPANK_STEP_CONTEXT_H
#define OTEL_SPANK_STEP_CONTEXT_H

#include "config/config.h"
#include "spank/step.h"
#include "util/err.h"

/*
 * Fills step->job, fate, self, handed, parent and foreign from, in this order
 * of trust, the node's job file (in spool; -1: no spool), the environment of
 * the step (env: NULL-terminated, hostile, may be NULL), and cluster and job id
 * alone. Reads step's ids and node. Always succeeds in filling; returns -1 with
 * err when the job file could not be used though there may be one.
 */
int step_context_resolve(const struct config *config, int spool,
			 char *const *env, struct step *step, struct err *err);

/* "<job id>:<array job id>:<task id>", from an array task's batch step to the
 * steps it starts; the name begins with SLURM for the sake of --export=NONE. */
#define STEP_ARRAY_VAR "SLURM_OTEL_ARRAY"

/* Fills step's array fields from that variable, if it is of step's own job;
 * otherwise the step is of no array. */
void step_context_array(char *const *env, struct step *step);

/*
 * The part after the job file, pure: step->job is filled as submitted.
 */
void step_context_place(const struct config *config, char *const *env,
			struct step *step);

/* The restart count in an environment that Slurm made for a batch script, or
 * that such a script handed on; 0 where there is none. */
uint32_t step_context_restart(char *const *env);

/* The step is one of the job's attempt `restart`, and not of the one that it
 * was placed in.  For steps whose parent is the root of their job. */
void step_context_attempt(struct step *step, uint32_t restart);

#endif
