/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Setting current aside, and removing the oldest segments.  Both under the
 * lock of the file rotate.lock.  Without it, a process that chose the number
 * 8 and was then held up could rename to it after the agent had read, finished
 * and removed another segment 8: the new one would count as delivered.
 */
#ifndef OTEL_SPOOL_ROTATE_H
#define OTEL_SPOOL_ROTATE_H

#include <stdint.h>
#include <sys/stat.h>

#include "spool/spool.h"
#include "util/err.h"

/* A segment of a spool of this size, and what all together may hold: less
 * than two segments would be no spool. */
uint64_t spool_segment_size(uint64_t max_size);
uint64_t spool_limit(uint64_t max_size);

/* Opens (and makes) rotate.lock.  Returns a descriptor, or -1 with err. */
int spool_rotate_open(int dirfd, struct err *err);

/*
 * Takes the lock on what spool_rotate_open returned, and ends a removal that a
 * crash cut short.  Returns 1, 0 when somebody else holds it, -1 with err.
 * Let go with flock(LOCK_UN) or spool_unlock_close.
 */
int spool_rotate_lock(int dirfd, int fd, struct err *err);

/*
 * Under the lock: renames current, when it still is the file of st, to the
 * next segment.  Returns 1, 0 when it is another file by now, -1 with err.
 */
int spool_set_aside(int dirfd, const struct stat *st, struct err *err);

/*
 * Under the lock: removes segments, the oldest first, until at most keep bytes
 * are left, and counts what of them was not delivered.  Passes over a segment
 * that the agent is reading or a writer still writes to.  Returns -1 with err
 * when that was not enough.
 */
int spool_trim(int dirfd, uint64_t keep, struct err *err);

/* What a writer does that finds current (the file of st) full: all of the
 * above, unless somebody else is at it.  Returns -1 with err. */
int spool_rotate(int dirfd, const struct stat *st, uint64_t max_size,
		 struct err *err);

#endif
