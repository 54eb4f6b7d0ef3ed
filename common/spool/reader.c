/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the spool in order; see reader.h for what it holds meanwhile. */
#include "spool/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "spool/file.h"
#include "spool/rotate.h"
#include "spool/segment.h"
#include "util/cleanup.h"

struct spool_reader *spool_reader_create(int dirfd, struct err *err)
{
	_cleanup_free_ struct spool_reader *reader = calloc(1, sizeof(*reader));

	if (!reader) {
		err_set(err, "no memory to read the spool");
		return NULL;
	}
	reader->dirfd = dirfd;
	reader->rotate_fd = -1;
	reader->scan = (struct spool_scan)SPOOL_SCAN_INIT;
	if (spool_cursor_read(dirfd, &reader->cursor, err) < 0)
		return NULL;
	return TAKE_PTR(reader);
}

void spool_reader_destroy(struct spool_reader *reader)
{
	int saved = errno;

	if (!reader)
		return;
	spool_release_last(reader, reader->n_held);
	cleanup_closep(&reader->rotate_fd);
	spool_scan_free(&reader->scan);
	free(reader);
	errno = saved;
}

void spool_release_first(struct spool_reader *reader, size_t n)
{
	for (size_t i = 0; i < n; i++)
		spool_unlock_close(&reader->held[i].fd);
	reader->n_held -= n;
	memmove(reader->held, reader->held + n,
		reader->n_held * sizeof(reader->held[0]));
}

void spool_release_last(struct spool_reader *reader, size_t n)
{
	while (n--)
		spool_unlock_close(&reader->held[--reader->n_held].fd);
}

bool spool_blocked(const struct spool_reader *reader)
{
	return reader->blocked;
}

int spool_rewind(struct spool_reader *reader, struct err *err)
{
	(void)err;
	spool_release_last(reader, reader->n_held);
	return 0;
}

static int remove_segment(int dirfd, uint64_t number, struct err *err)
{
	if (unlinkat(dirfd, spool_segment_name(number).text, 0) < 0 &&
	    errno != ENOENT)
		return err_set(err, "remove segment %" PRIu64 ": %m", number);
	return 0;
}

/*
 * There is a segment below the cursor.  It was delivered by an agent that died
 * before it could remove it; unless somebody removed or damaged the cursor on
 * the disk while we run, so that numbers began anew.
 */
static int below_cursor(struct spool_reader *reader, uint64_t number,
			struct err *err)
{
	struct spool_cursor cursor;

	if (spool_cursor_read(reader->dirfd, &cursor, err) < 0)
		return -1;
	if (spool_cursor_equal(cursor, reader->cursor))
		return remove_segment(reader->dirfd, number, err);
	reader->cursor = cursor;
	return 0;
}

/* The segment to read next; 0: there is none. */
static int find_next(struct spool_reader *reader, uint64_t *ret,
		     struct err *err)
{
	const struct spool_held *tail = spool_tail(reader);
	uint64_t number;

	for (;;) {
		if (spool_segment_next(reader->dirfd, tail ? tail->number : 0,
				       &number, err) < 0)
			return -1;
		if (tail || !number || number >= reader->cursor.segment)
			break;
		if (below_cursor(reader, number, err) < 0)
			return -1;
	}
	*ret = number;
	return 0;
}

/* Returns 1 when current became a segment, 0 when there is nothing in it or
 * somebody is at it, -1 with err. */
static int set_current_aside(struct spool_reader *reader, struct err *err)
{
	struct stat st;
	int r;

	/* Looked at before anything is opened: see reader.h. */
	if (fstatat(reader->dirfd, SPOOL_CURRENT, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT
			       ? 0
			       : err_set(err, "look at %s in the spool: %m",
					 SPOOL_CURRENT);
	if (!S_ISREG(st.st_mode))
		return err_set(err,
			       "%s in the spool is no regular file: "
			       "remove it",
			       SPOOL_CURRENT);
	if (!st.st_size)
		return 0;
	if (reader->rotate_fd < 0)
		reader->rotate_fd = spool_rotate_open(reader->dirfd, err);
	if (reader->rotate_fd < 0)
		return -1;
	r = spool_rotate_lock(reader->dirfd, reader->rotate_fd, err);
	if (r < 0)
		spool_unlock_close(&reader->rotate_fd);
	reader->blocked = r == 0;
	if (r <= 0)
		return r;
	r = spool_set_aside(reader->dirfd, &st, err);
	flock(reader->rotate_fd, LOCK_UN);
	/* 0: a writer was faster, and its segment is there to be found. */
	return r < 0 ? -1 : 1;
}

/* Appends the next segment to those held, not locked yet.  Returns as
 * set_current_aside. */
static int open_next(struct spool_reader *reader, struct err *err)
{
	struct spool_held *held;
	struct stat st;
	uint64_t number;
	int fd;

	if (reader->n_held == SPOOL_HELD_MAX)
		return 0;
	if (find_next(reader, &number, err) < 0)
		return -1;
	if (!number)
		return reader->n_held < SPOOL_HELD_SMALL
			       ? set_current_aside(reader, err)
			       : 0;
	fd = spool_file_open(reader->dirfd, spool_segment_name(number).text,
			     O_RDWR, &st, err);
	if (fd < 0)
		return errno == ENOENT ? 1 : -1;
	held = &reader->held[reader->n_held++];
	*held = (struct spool_held){ .number = number, .fd = fd };
	return 1;
}

/* Begins to read a segment that nobody writes to any more. */
static int start(struct spool_reader *reader, struct spool_held *held,
		 const struct stat *st, struct err *err)
{
	struct spool_cursor *cursor = &reader->cursor;
	bool pointed_to = held->number == cursor->segment;

	spool_scan_start(&reader->scan, held->fd, (uint64_t)st->st_size);
	if (spool_scan_resume(&reader->scan, pointed_to ? cursor->offset : 0,
			      err) < 0)
		return -1;
	held->size = reader->scan.size;
	held->start = held->done = held->last = reader->scan.off;
	if (pointed_to)
		cursor->offset = held->start;
	held->started = true;
	return 0;
}

/* Looks at the last segment, just locked: lets go of it when it was trimmed
 * meanwhile.  Returns 0, or -1 with err. */
static int take_tail(struct spool_reader *reader, struct err *err)
{
	struct spool_held *held = spool_tail(reader);
	struct spool_counts counts;
	struct stat st;

	if (fstat(held->fd, &st) < 0)
		return err_set(err, "look at segment %" PRIu64 ": %m",
			       held->number);
	if (spool_counts_read(reader->dirfd, &counts, err) < 0)
		return -1;
	if (st.st_nlink && counts.condemned == held->number) {
		if (remove_segment(reader->dirfd, held->number, err) < 0)
			return -1;
		st.st_nlink = 0;
	}
	if (!st.st_nlink) {
		spool_release_last(reader, 1);
		return 0;
	}
	if (!held->started && start(reader, held, &st, err) < 0)
		return -1;
	held->locked = true;
	return 0;
}

/* Returns 1, 0 when somebody else holds the last segment, -1 with err. */
static int lock_tail(struct spool_reader *reader, struct err *err)
{
	int fd = spool_tail(reader)->fd;
	int r = spool_flock(fd, LOCK_EX | LOCK_NB, err);

	reader->blocked = r == 0;
	if (r <= 0)
		return r;
	if (take_tail(reader, err) < 0) {
		flock(fd, LOCK_UN);
		return -1;
	}
	return 1;
}

/* Gets to where a record can be read: returns 1 there, 0, or -1 with err. */
static int position(struct spool_reader *reader, struct err *err)
{
	for (;;) {
		struct spool_held *tail = spool_tail(reader);
		int r;

		if (tail && tail->locked && !tail->drained)
			return 1;
		if (!tail || tail->drained)
			r = open_next(reader, err);
		else
			r = lock_tail(reader, err);
		if (r <= 0)
			return r;
	}
}

/* Returns 1 with a record, 0 when the segment has no more, -1 with err. */
static int read_record(struct spool_reader *reader, struct spool_record *ret,
		       struct err *err)
{
	struct spool_held *held = spool_tail(reader);
	struct spool_scan *scan = &reader->scan;
	struct spool_header header;
	const uint8_t *payload;
	int r = spool_scan_next(scan, &header, &payload, err);

	if (r < 0)
		return -1;
	held->torn = scan->torn_bytes > 0;
	held->drained = scan->off == scan->size;
	if (!r)
		return 0;
	held->last = scan->off;
	*ret = (struct spool_record){
		.kind = header.kind,
		.job_id = header.job_id,
		.time_ns = header.time_ns,
		.payload = payload,
		.len = header.len,
		.segment = held->number,
		.end = scan->off,
	};
	return 1;
}

int spool_read(struct spool_reader *reader, struct spool_record *ret,
	       struct err *err)
{
	int r;

	reader->blocked = false;
	while ((r = position(reader, err)) > 0) {
		r = read_record(reader, ret, err);
		if (r)
			return r;
		/* Nothing, or nothing but torn bytes, was left in there.  A
		 * cursor that can not be written is the next commit's to
		 * report: reading goes on without. */
		spool_advance(reader, true, NULL);
	}
	return r;
}
