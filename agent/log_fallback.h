/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a daemon's log goes when there is no system log: agent.log in the
 * spool directory, 1 MiB at most, and agent.log.1 before it.
 */
#ifndef OTEL_AGENT_LOG_FALLBACK_H
#define OTEL_AGENT_LOG_FALLBACK_H

#include <stddef.h>

#define LOG_FALLBACK_OLD "agent.log.1"
#define LOG_FALLBACK_MAX (1024 * 1024)

/*
 * Appends a line, newline included, as spool_file_open allows: no link is
 * followed, and root's file is given to the spool's owner.  spool_fd -1: the
 * directory is opened by its path.  *fd is -1 at
 * first and the caller's to close; it stays open, because each close would
 * wake the agent.  What can not be written is dropped: there is nowhere to
 * say so.
 */
void log_fallback_write(int *fd, int spool_fd, const char *spool,
			const char *line, size_t len);

#endif
