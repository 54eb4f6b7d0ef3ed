/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plugin inside slurmd itself: a spool for this node, an agent for it. */
#ifndef OTEL_SPANK_SLURMD_H
#define OTEL_SPANK_SLURMD_H

#include "spank/plugin.h"
#include "spank/settings.h"

/* slurm_spank_init in slurmd.  With tracing off an agent of before is told, and
 * nothing else is done. */
void slurmd_init(struct plugin *plugin, int argc, char **argv);

/* In slurmstepd: a wrong configuration is reported once, by slurmd; by the
 * steps when it went wrong only after slurmd had read it. */
enum settings_report slurmd_step_report(void);

#endif
