/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cursor: up to where everything is delivered. */
#ifndef OTEL_SPOOL_CURSOR_H
#define OTEL_SPOOL_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "util/err.h"

struct spool_cursor {
	uint64_t segment; /* lower ones are done; 0: nothing is */
	uint64_t offset;  /* in that segment */
};

static inline bool spool_cursor_equal(struct spool_cursor a,
				      struct spool_cursor b)
{
	return a.segment == b.segment && a.offset == b.offset;
}

/* Reads it; 0, 0 when there is none or it is damaged.  Returns 0, or -1 with
 * err when it is there and can not be read. */
int spool_cursor_read(int dirfd, struct spool_cursor *ret, struct err *err);

/* Writes it; with durable it outlives a failure of power, else only that of the
 * process.  Returns 0, or -1 with err and the old one in place (or, where only
 * the last fsync failed, either of the two). */
int spool_cursor_write(int dirfd, struct spool_cursor cursor, bool durable,
		       struct err *err);

#endif
