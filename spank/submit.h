/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Submission: in sbatch, salloc and srun the job gets its trace context, and
 * an srun inside a job hands on whose child its step is.
 */
#ifndef OTEL_SPANK_SUBMIT_H
#define OTEL_SPANK_SUBMIT_H

#include "spank/compat.h"
#include "spank/plugin.h"

/*
 * What srun puts beside TRACEPARENT: the name begins with SLURM, so it reaches
 * the step through --export=NONE too.  slurmstepd takes it out of the tasks'
 * environment.
 */
#define STEP_PARENT_VAR "SLURM_OTEL_TRACEPARENT"

/* slurm_spank_init_post_opt of a client; plugin->config is loaded. */
void submit_job(struct plugin *plugin, spank_t sp);

#endif
