/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts a program that shall inherit nothing of a daemon's. */
#ifndef OTEL_UTIL_SPAWN_H
#define OTEL_UTIL_SPAWN_H

#include <sys/types.h>

/*
 * Runs argv[0] (a path) with argv in a process group of its own, with an empty
 * signal mask, default dispositions, and /dev/null as standard streams; err_fd
 * takes the place of standard error unless it is -1.  The environment is ours.
 * May be called while other threads run.  Returns 0 with *ret, or an errno
 * value; the caller waits for the process.
 */
int spawn_detached(const char *const *argv, int err_fd, pid_t *ret);

#endif
