/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PrologFlags=RunInJob: no SPANK prolog and epilog run.  There the extern step,
 * which is the first on each node of a job and the last, does what it can in
 * their stead.  It is told job id, user and whether its node is the first, but
 * neither the job's context nor the attempt: steps take these from their own
 * environment, and the job file (by_extern) holds what they share.  Nor does
 * slurmctld's verdict come: what a node held back for a job it releases when it
 * saw something fail.
 */
#ifndef OTEL_SPANK_EXTERN_STEP_H
#define OTEL_SPANK_EXTERN_STEP_H

#include "spank/compat.h"
#include "spank/plugin.h"

/* In slurm_spank_init_post_opt of an extern step, as root; plugin->config is
 * loaded, plugin->step has its ids.  Nothing without RunInJob. */
void extern_step_begin(struct plugin *plugin, spank_t sp);

/* In slurm_spank_exit of any step: after the last other step, but for those
 * that live longer than KillWait. */
void extern_step_end(struct plugin *plugin);

#endif
