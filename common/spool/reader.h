/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The reader's state.  It holds, locked, every segment from the cursor to
 * where it has read: what was read and not yet committed nobody may trim.
 * Only the last of them may be unlocked: when the reader still waits for it,
 * or when all that was read of it is committed.
 *
 * Descriptors are kept where they might have been closed and opened anew:
 * each close of a writable one wakes the agent that watches the directory,
 * and one that closes while it finds nothing to do would never sleep again.
 */
#ifndef OTEL_SPOOL_READER_H
#define OTEL_SPOOL_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spool/counts.h"
#include "spool/cursor.h"
#include "spool/scan.h"
#include "spool/spool.h"

/* Descriptors a reader may hold; 1024 is what a process usually has. */
#define SPOOL_HELD_MAX 256
/*
 * With this many held, current is left to fill.  An agent whose receiver is
 * dead reads the same again and again; did it set current aside each time, no
 * writer would ever find it full, and it is writers who keep to max_size.
 * Below this many, none larger than a segment, max_size is not near.
 */
#define SPOOL_HELD_SMALL (SPOOL_SEGMENTS / 2)

struct spool_held {
	uint64_t number;
	int fd;
	bool locked;
	bool started;   /* scanning: the offsets below hold */
	bool drained;   /* no record lies behind last */
	bool torn;      /* something was passed over behind start */
	uint64_t start; /* delivered up to here, says the cursor */
	uint64_t done;  /* committed up to here */
	uint64_t last;  /* end of the last record that was read */
	uint64_t size;
};

struct spool_reader {
	int dirfd;     /* the caller's */
	int rotate_fd; /* rotate.lock; -1 until it is needed */
	bool blocked;
	struct spool_cursor cursor; /* as in its file */
	bool unflushed;             /* which a power failure may undo */
	struct spool_held held[SPOOL_HELD_MAX];
	size_t n_held;
	struct spool_scan scan;        /* of the last one held */
	struct spool_counts uncounted; /* torn, not yet in `dropped` */
};

static inline struct spool_held *spool_tail(struct spool_reader *reader)
{
	return reader->n_held ? &reader->held[reader->n_held - 1] : NULL;
}

/* Lets go of the first or last n held. */
void spool_release_first(struct spool_reader *reader, size_t n);
void spool_release_last(struct spool_reader *reader, size_t n);

/*
 * Writes down what is committed, durably or not, removes the segments that are
 * done with and lets go of their locks.  Does nothing when that is done
 * already. Returns 0, or -1 with err; segments that are done are removed even
 * then.
 */
int spool_advance(struct spool_reader *reader, bool durable, struct err *err);

#endif
