/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bad/: what a receiver refused for good.  It is a spool itself, bounded, with
 * its own count of what was removed, so that whatever reads a spool reads it.
 */
#ifndef OTEL_AGENT_REFUSED_H
#define OTEL_AGENT_REFUSED_H

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "util/err.h"

#define REFUSED_DIR "bad"
#define REFUSED_SIZE_MAX (16 * 1024 * 1024)

/*
 * Opens bad/ of the spool, making it.  Returns a descriptor, or -1 with err.
 */
int refused_open(int spool_fd, struct err *err);

/* Appends n spans.  Returns how many could be kept; err says why not all. */
size_t refused_append(int dirfd, const struct iovec *spans,
		      const uint32_t *job_ids, size_t n, struct err *err);

#endif
