/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Removes the oldest segments when the spool is full, and counts exactly what
 * is lost by it.  Exactly, because the agent commits to a segment only while
 * it holds the segment's lock, so under that lock the cursor stands still.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/file.h>
#include <unistd.h>

#include "spool/counts.h"
#include "spool/cursor.h"
#include "spool/file.h"
#include "spool/rotate.h"
#include "spool/scan.h"
#include "spool/segment.h"

/* What of a locked segment was not delivered. */
static int undelivered(int dirfd, uint64_t number, int fd, uint64_t size,
		       struct spool_counts *ret, struct err *err)
{
	struct spool_tally tally = { 0 };
	struct spool_cursor cursor;

	if (spool_cursor_read(dirfd, &cursor, err) < 0)
		return -1;
	if (number >= cursor.segment &&
	    spool_tally_range(fd, number == cursor.segment ? cursor.offset : 0,
			      size, &tally, err) < 0)
		return -1;
	*ret = (struct spool_counts){
		.dropped_records = tally.records,
		.dropped_bytes = tally.bytes,
		.torn_bytes = tally.torn_bytes,
		.torn_runs = tally.torn_runs,
		.condemned = number,
	};
	return 0;
}

/*
 * Counted first, with the segment's number in the same write, and then
 * removed: whoever comes after a crash between the two can tell.
 */
static int remove_counted(int dirfd, uint64_t number,
			  const struct spool_counts *lost, struct err *err)
{
	const struct spool_counts none = { 0 };

	if (spool_counts_condemn(dirfd, lost, err) < 0)
		return -1;
	if (unlinkat(dirfd, spool_segment_name(number).text, 0) < 0 &&
	    errno != ENOENT)
		return err_set(err, "remove segment %" PRIu64 ": %m", number);
	/* If this fails, the next to take the lock of rotate.h makes good. */
	spool_counts_condemn(dirfd, &none, NULL);
	return 0;
}

/* Returns 1 with the bytes that are free now, 0 when the segment is in use or
 * gone, -1 with err. */
static int trim_one(int dirfd, uint64_t number, uint64_t *ret_bytes,
		    struct err *err)
{
	struct spool_counts lost;
	struct stat st;
	/* Writable, so that the close tells a waiting agent. */
	_cleanup_unlock_ int fd = spool_file_open(
		dirfd, spool_segment_name(number).text, O_RDWR, &st, err);
	int r;

	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	r = spool_flock(fd, LOCK_EX | LOCK_NB, err);
	if (r <= 0)
		return r;
	if (fstat(fd, &st) < 0)
		return err_set(err, "look at segment %" PRIu64 ": %m", number);
	if (!st.st_nlink)
		return 0;
	if (undelivered(dirfd, number, fd, (uint64_t)st.st_size, &lost, err) <
		    0 ||
	    remove_counted(dirfd, number, &lost, err) < 0)
		return -1;
	*ret_bytes = (uint64_t)st.st_size;
	return 1;
}

int spool_trim(int dirfd, uint64_t keep, struct err *err)
{
	struct spool_usage usage;
	uint64_t number = 0;
	int result = 0;

	if (spool_usage(dirfd, &usage, err) < 0)
		return -1;
	while (usage.bytes > keep) {
		uint64_t bytes = 0;

		if (spool_segment_next(dirfd, number, &number, err) < 0)
			return -1;
		if (!number)
			return result < 0 ? -1
					  : err_set(err,
						    "all segments are in use");
		/* One that can not be removed must not protect the others. */
		if (trim_one(dirfd, number, &bytes, err) < 0)
			result = -1;
		usage.bytes -= bytes < usage.bytes ? bytes : usage.bytes;
	}
	return 0;
}
