/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The segments of a spool: their names, and which there are. */
#ifndef OTEL_SPOOL_SEGMENT_H
#define OTEL_SPOOL_SEGMENT_H

#include <stddef.h>
#include <stdint.h>

#include "util/err.h"

/* Beyond it lies only what somebody made by hand; a number above is ignored. */
#define SPOOL_SEGMENT_LAST (UINT64_MAX / 2)

struct spool_segment_name {
	char text[sizeof("segment.") + 20];
};

struct spool_segment_name spool_segment_name(uint64_t number);

/*
 * Finds the lowest number above `after` that a segment has; 0: none.  Segments
 * set aside meanwhile may be missed, but never one that is lower than what was
 * found.  Returns 0, or -1 with err.
 */
int spool_segment_next(int dirfd, uint64_t after, uint64_t *ret,
		       struct err *err);

/*
 * Lists the numbers above `after`, lowest first, into a malloc'ed *ret of
 * *ret_n; NULL when there is none.  SPOOL_SEGMENT_LIST_MAX at most: beyond it
 * lies what somebody made by hand.  Segments set aside meanwhile may be missed.
 */
#define SPOOL_SEGMENT_LIST_MAX 4096
int spool_segment_list(int dirfd, uint64_t after, uint64_t **ret, size_t *ret_n,
		       struct err *err);

struct spool_usage {
	uint64_t segments; /* without current */
	uint64_t bytes;    /* current included */
	uint64_t current;  /* its share of them */
	uint64_t highest;  /* number; 0: no segment */
};

int spool_usage(int dirfd, struct spool_usage *ret, struct err *err);

#endif
