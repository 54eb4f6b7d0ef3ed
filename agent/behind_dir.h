/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The directory behind/ of a spool, in which the queues of endpoints are. */
#ifndef OTEL_AGENT_BEHIND_DIR_H
#define OTEL_AGENT_BEHIND_DIR_H

#include <stdbool.h>
#include <stdint.h>

#include "util/err.h"

#define BEHIND_DIR "behind"

/*
 * Opens it, and with `make` makes it where it is missing.  Follows no link, and
 * refuses what belongs to another user or can be written by others.  path is
 * for messages.  Returns a descriptor, or -1 with err, errno kept (ENOENT: it
 * is not there).
 */
int behind_dir_open(int spool_fd, const char *path, bool make, struct err *err);

/* Calls found for each queue in it; other names are passed over.  Returns 0, or
 * -1 with err, after some of them perhaps. */
int behind_dir_list(int fd, const char *path,
		    void (*found)(uint64_t id, void *arg), void *arg,
		    struct err *err);

#endif
