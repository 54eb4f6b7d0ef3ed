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

/*
 * An option of the user's, as spank_options has it, in a client.  Returns 0, or
 * -1 after an error message for the user: Slurm then refuses the submission.
 * plugin->config may be NULL: the option is checked and has no effect.
 */
int submit_take_option(struct plugin *plugin, enum option_id option,
		       const char *value);

/* slurm_spank_init_post_opt of a client; plugin->config is loaded. */
void submit_job(struct plugin *plugin, spank_t sp);

/* slurm_spank_init_post_opt of a client, tracing on or off: what Slurm itself
 * would carry of our options goes no further. */
void submit_forget_options(spank_t sp);

#endif
