/* SPDX-License-Identifier: GPL-2.0-or-later */
/* agent.pid in the spool directory: for people and tests.  The lock, not this
 * file, says whether an agent runs. */
#ifndef OTEL_AGENT_PIDFILE_H
#define OTEL_AGENT_PIDFILE_H

#include "util/err.h"

/* Returns -1 with err; the agent can do without the file. */
int pidfile_write(int spool_fd, struct err *err);
/* Removes it if it is still ours: once agent.lock was removed, another agent
 * may have written its own. */
void pidfile_remove(int spool_fd);

#endif
