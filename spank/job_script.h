/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prolog and epilog: the node keeps the job's context from one to the other,
 * and the job's first node asks for the trace id in the job's comment.
 */
#ifndef OTEL_SPANK_JOB_SCRIPT_H
#define OTEL_SPANK_JOB_SCRIPT_H

#include "spank/compat.h"
#include "spank/plugin.h"

/* slurm_spank_job_prolog and slurm_spank_job_epilog, as root;
 * plugin->config is loaded. */
void job_prolog(struct plugin *plugin, spank_t sp);
void job_epilog(struct plugin *plugin, spank_t sp);

#endif
