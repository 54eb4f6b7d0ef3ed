/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The only place of the SPANK plugin that knows differences between Slurm
 * versions.
 */
#ifndef OTEL_SPANK_COMPAT_H
#define OTEL_SPANK_COMPAT_H

#include <slurm/slurm.h>
#include <slurm/slurm_errno.h>
#include <slurm/spank.h>

/* slurm.h has these since 20.11; a step id of ours means exactly them. */
#ifndef SLURM_INTERACTIVE_STEP
#define SLURM_INTERACTIVE_STEP (0xfffffffa)
#endif

#endif
