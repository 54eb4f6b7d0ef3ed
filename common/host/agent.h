/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Starts the agent of a spool from inside slurmd or slurmctld, for sites that
 * do not run it from systemd.
 */
#ifndef OTEL_HOST_AGENT_H
#define OTEL_HOST_AGENT_H

#include "util/err.h"

/*
 * Starts `slurm-otel-agent --spool spool --config config_file` and waits for
 * the short time it takes to become a daemon of its own (new session, no
 * descriptor of ours).  config_file NULL: the agent looks where
 * config_default_path does, and does without a file that is not there.  Where another agent holds the spool, it ends quietly
 * by itself: that is success too.  Never to be called from slurmstepd:
 * proctrack would count the agent as part of the job.
 * Returns 0, or -1 with err.
 */
int agent_start(const char *spool, const char *config_file, struct err *err);

#endif
