/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plugin inside slurmd itself: a spool for this node, an agent for it. */
#ifndef OTEL_SPANK_SLURMD_H
#define OTEL_SPANK_SLURMD_H

#include "spank/plugin.h"

/* slurm_spank_init in slurmd; plugin->config is loaded. */
void slurmd_start(const struct plugin *plugin, int argc, char **argv);

#endif
