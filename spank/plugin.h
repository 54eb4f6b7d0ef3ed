/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of the plugin in the one process it is loaded into: sbatch,
 * salloc, srun, slurmd, a prolog or epilog, or a slurmstepd.
 */
#ifndef OTEL_SPANK_PLUGIN_H
#define OTEL_SPANK_PLUGIN_H

#include "config/config.h"
#include "spank/options.h"
#include "spank/step.h"
#include "trace/job_context.h"

struct plugin {
	bool configured;       /* settings_load() has run */
	struct config *config; /* NULL: tracing is off in this process */
	struct wish wish;      /* client: what the user's options ask for */
	bool submitted;        /* client: context holds the submission */
	struct job_context context;
	struct step step; /* slurmstepd */
};

#endif
