/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Moves the cursor, and removes what it has passed; see reader.h. */
#include <errno.h>
#include <inttypes.h>
#include <sys/file.h>
#include <unistd.h>

#include "spool/reader.h"
#include "spool/segment.h"

/* Nothing of it is left to be delivered. */
static bool complete(const struct spool_held *held)
{
	return held->drained && held->done == held->last;
}

/* Where the cursor belongs; *ret_done of the segments held are complete. */
static struct spool_cursor target(const struct spool_reader *reader,
				  size_t *ret_done)
{
	struct spool_cursor cursor = reader->cursor;
	size_t i = 0;

	for (; i < reader->n_held && complete(&reader->held[i]); i++)
		cursor = (struct spool_cursor){ reader->held[i].number,
						reader->held[i].size };
	if (i < reader->n_held && reader->held[i].started &&
	    reader->held[i].done > reader->held[i].start)
		cursor = (struct spool_cursor){ reader->held[i].number,
						reader->held[i].done };
	*ret_done = i;
	return cursor;
}

/* Torn bytes are counted once the cursor has passed them, so that reading
 * them again counts nothing twice.  A crash right here counts them not at all.
 */
static void count_torn(struct spool_reader *reader,
		       const struct spool_held *held, uint64_t to)
{
	struct spool_tally tally;

	if (!held->torn ||
	    spool_tally_range(held->fd, held->start, to, &tally, NULL) < 0)
		return;
	reader->uncounted.torn_bytes += tally.torn_bytes;
	reader->uncounted.torn_runs += tally.torn_runs;
}

/* What the lock of the file does not allow now is counted the next time. */
static void store_torn(struct spool_reader *reader)
{
	if (reader->uncounted.torn_runs &&
	    spool_counts_add(reader->dirfd, &reader->uncounted, NULL) == 0)
		reader->uncounted = (struct spool_counts){ 0 };
}

/* Removes the first n held.  What can not be removed stays below the cursor,
 * where the reader meets it again and reports it. */
static void remove_done(struct spool_reader *reader, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct spool_held *held = &reader->held[i];

		count_torn(reader, held, held->size);
		unlinkat(reader->dirfd, spool_segment_name(held->number).text,
			 0);
	}
	spool_release_first(reader, n);
}

/* The first one held is delivered in part, up to done. */
static void pass_partly(struct spool_reader *reader)
{
	struct spool_held *held = reader->n_held ? &reader->held[0] : NULL;

	if (!held || !held->started)
		return;
	if (held->done > held->start) {
		count_torn(reader, held, held->done);
		held->start = held->done;
	}
	/* Nothing read waits for a commit: a writer may trim it. */
	if (held->locked && held->done == held->last) {
		flock(held->fd, LOCK_UN);
		held->locked = false;
	}
}

int spool_advance(struct spool_reader *reader, bool durable, struct err *err)
{
	struct spool_cursor cursor, gone = reader->cursor;
	size_t n_done;
	bool write;
	int r = 0;

	cursor = target(reader, &n_done);
	if (n_done)
		gone = (struct spool_cursor){ reader->held[n_done - 1].number,
					      reader->held[n_done - 1].size };
	write = !spool_cursor_equal(cursor, reader->cursor) ||
		(durable && reader->unflushed);
	if (!n_done && !write)
		return 0;
	if (write)
		r = spool_cursor_write(reader->dirfd, cursor, durable, err);
	/*
	 * On a full disk the cursor can not be written until something is
	 * removed, and what is done with must go even so: the cursor then
	 * points to a segment that is gone, which means the next one's
	 * beginning.
	 */
	remove_done(reader, n_done);
	if (r < 0 && n_done)
		r = spool_cursor_write(reader->dirfd, cursor, durable, err);
	if (r == 0) {
		reader->cursor = cursor;
		reader->unflushed = write ? !durable : reader->unflushed;
		pass_partly(reader);
	} else if (n_done) {
		/* of no use any more but to be written with the next one */
		reader->cursor = gone;
		reader->unflushed = true;
	}
	store_torn(reader);
	return r;
}

static struct spool_held *find_held(struct spool_reader *reader,
				    uint64_t segment)
{
	for (size_t i = 0; i < reader->n_held; i++)
		if (reader->held[i].number == segment)
			return &reader->held[i];
	return NULL;
}

static bool passed(const struct spool_reader *reader, uint64_t segment,
		   uint64_t end)
{
	return segment < reader->cursor.segment ||
	       (segment == reader->cursor.segment &&
		end <= reader->cursor.offset);
}

static int commit(struct spool_reader *reader, uint64_t segment, uint64_t end,
		  bool durable, struct err *err)
{
	struct spool_held *held = find_held(reader, segment);

	if (passed(reader, segment, end))
		return durable && reader->unflushed
			       ? spool_advance(reader, true, err)
			       : 0;
	if (!held || !held->started || end > held->last || end < held->start) {
		errno = EINVAL;
		return err_set(err,
			       "commit to segment %" PRIu64 " offset %" PRIu64
			       ": not read since the last rewind",
			       segment, end);
	}
	for (struct spool_held *h = reader->held; h < held; h++)
		h->done = h->last;
	if (end > held->done)
		held->done = end;
	return spool_advance(reader, durable, err);
}

int spool_commit(struct spool_reader *reader, uint64_t segment, uint64_t end,
		 struct err *err)
{
	return commit(reader, segment, end, true, err);
}

int spool_mark(struct spool_reader *reader, uint64_t segment, uint64_t end,
	       struct err *err)
{
	return commit(reader, segment, end, false, err);
}
