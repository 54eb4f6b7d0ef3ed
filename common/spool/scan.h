/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walks over the records of one file through a window of 64 KiB at least and
 * a record at most, and past whatever is no record.  The reader delivers with
 * it, trimming counts with it, so both mean the same by "a record".
 */
#ifndef OTEL_SPOOL_SCAN_H
#define OTEL_SPOOL_SCAN_H

#include <stddef.h>
#include <stdint.h>

#include "spool/record.h"
#include "util/err.h"

struct spool_scan {
	int fd;              /* borrowed */
	uint64_t size;       /* the file's; nobody appends any more */
	uint64_t off;        /* where the next record is looked for */
	uint64_t torn_bytes; /* skipped so far */
	uint64_t torn_runs;
	uint8_t *window; /* owned: the file's bytes from base */
	size_t cap;
	uint64_t base;
	size_t have;
};

#define SPOOL_SCAN_INIT                                                        \
	{                                                                      \
		.fd = -1                                                       \
	}

/* What lies between two offsets of a file. */
struct spool_tally {
	uint64_t records;
	uint64_t bytes; /* of these records, headers included */
	uint64_t torn_bytes;
	uint64_t torn_runs;
};

/* Starts on a file at its beginning; keeps the memory of an earlier one. */
void spool_scan_start(struct spool_scan *scan, int fd, uint64_t size);
/* Gives memory back; the descriptor stays the caller's. */
void spool_scan_free(struct spool_scan *scan);

/*
 * Goes to off when a record begins or ends there, which is what a cursor
 * points to; to the beginning when not: the cursor is damaged then, and a
 * record twice is better than none.  Returns 0, or -1 with err.
 */
int spool_scan_resume(struct spool_scan *scan, uint64_t off, struct err *err);

/*
 * Finds the next record and moves past it.  Returns 1 with *ret and
 * *ret_payload (borrowed until the next call), 0 at the end, -1 with err.
 */
int spool_scan_next(struct spool_scan *scan, struct spool_header *ret,
		    const uint8_t **ret_payload, struct err *err);

/* Counts what lies between two offsets, from being one that resume takes. */
int spool_tally_range(int fd, uint64_t from, uint64_t to,
		      struct spool_tally *ret, struct err *err);

#endif
