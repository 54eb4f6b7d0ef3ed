/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Leaves the process that started the agent behind. */
#ifndef OTEL_AGENT_DAEMONIZE_H
#define OTEL_AGENT_DAEMONIZE_H

#include "util/err.h"

/*
 * Closes every descriptor but 0, 1 and 2: slurmd's sockets and pipes are not
 * the agent's.  Before anything else is opened.
 */
void close_inherited(void);

/*
 * Puts something where descriptors 0, 1 or 2 are closed, so that no file of
 * the spool takes the place of standard output.  It can not be written: what
 * goes to stdout: then is not delivered rather than lost.
 */
void reserve_streams(void);

/*
 * Becomes a daemon: double fork, new session, / as directory, /dev/null as
 * standard streams.  Returns in the daemon a descriptor for daemon_ready, or
 * -1 with err.  The process that called waits for daemon_ready and exits with
 * the status given there, or 1 when the daemon died without it.
 */
int daemonize(struct err *err);

/* Lets the first process exit with status.  Closes fd; -1 is fine. */
void daemon_ready(int fd, int status);

#endif
