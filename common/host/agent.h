/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Starts the agent of a spool from inside slurmd or slurmctld, for sites that
 * do not run it from systemd.
 */
#ifndef OTEL_HOST_AGENT_H
#define OTEL_HOST_AGENT_H

#include <stdbool.h>
#include <sys/types.h>

#include "util/err.h"

#define AGENT_PATH SBINDIR "/slurm-otel-agent"
#define AGENT_PATIENCE_MS 2000

/*
 * Starts `slurm-otel-agent --spool spool`, unless an agent holds the spool's
 * lock already, and waits until it has become a daemon of its own (new session,
 * no descriptor of ours): for AGENT_PATIENCE_MS at most, since slurmctld may
 * hold its locks, after which it goes on by itself.  It reads the otel.conf
 * that config_default_path finds, and what arguments_store left in the spool.
 * Never to be called from slurmstepd: proctrack would count the agent as part
 * of the job.  Returns 0, or -1 with err.
 */
int agent_start(const char *spool, struct err *err);

/* Does an agent hold the lock of this spool directory?  False for -1. */
bool agent_serves(int spool_fd);

/* The process id in agent.pid of this spool directory, 0: there is none.  It is
 * what the directory's owner says: a hint, and nothing to send signals by. */
pid_t agent_pid(int spool_fd);

#endif
