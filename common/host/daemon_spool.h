/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which spool directory is whose.  Below SpoolDir:
 *
 *   slurmctld        the job completion plugin
 *   slurmd           the hooks of a slurmd and its slurmstepds
 *   slurmd.<node>    the same, for a slurmd that was started with -N: several
 *                    on one host
 *
 * A step knows its node's name but not how its slurmd was started, so it takes
 * slurmd.<node> where that exists and slurmd otherwise.
 */
#ifndef OTEL_HOST_DAEMON_SPOOL_H
#define OTEL_HOST_DAEMON_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "config/config.h"
#include "util/err.h"

/*
 * At the start of a daemon: makes SpoolDir (mode 0755) and below it the
 * daemon's own directory (mode 0700, given to the agent's user when we are
 * root) with open/ and a file `cluster` in it, from which the agent learns the
 * cluster's name; then writes the directory's path to ret_path (size bytes).
 * name is "slurmctld", "slurmd" or "slurmd.<node>".  A SpoolDir that belongs to
 * neither root, us nor the agent's user, or that group or others can write, is
 * refused.  Returns 0, or -1 with err.
 */
int daemon_spool_make(const struct config *config, const char *name,
		      const char *cluster, char *ret_path, size_t size,
		      struct err *err);

/* Opens a daemon's directory that daemon_spool_make made.  Returns a
 * descriptor, or -1 with err.  Microseconds. */
int daemon_spool_open(const struct config *config, const char *name,
		      struct err *err);

/* The same for a step or a prolog on node (NULL: not known). */
int node_spool_open(const struct config *config, const char *node,
		    struct err *err);

/*
 * The name of the spool of this process, a slurmd: "slurmd.<node>" when it was
 * started with -N, or when there is one with the host's short name; else
 * "slurmd".
 */
void slurmd_spool_name(const struct config *config, char *ret, size_t size);

/* Whether name is one of those above. */
bool daemon_spool_is_name(const char *name);

#endif
