/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets current aside; see rotate.h. */
#include "config.h"

#include "spool/rotate.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "spool/counts.h"
#include "spool/cursor.h"
#include "spool/file.h"
#include "spool/segment.h"

#define SEGMENT_MIN (64 * 1024)

uint64_t spool_segment_size(uint64_t max_size)
{
	uint64_t size = max_size / SPOOL_SEGMENTS;

	return size > SEGMENT_MIN ? size : SEGMENT_MIN;
}

uint64_t spool_limit(uint64_t max_size)
{
	return max_size > 2 * SEGMENT_MIN ? max_size : 2 * SEGMENT_MIN;
}

int spool_rotate_open(int dirfd, struct err *err)
{
	struct stat st;

	return spool_file_open(dirfd, SPOOL_ROTATE_LOCK, O_RDWR | O_CREAT, &st,
			       err);
}

/* A process died between counting a segment and removing it. */
static int finish_removal(int dirfd, struct err *err)
{
	const struct spool_counts none = { 0 };
	struct spool_counts counts;

	if (spool_counts_read(dirfd, &counts, err) < 0)
		return -1;
	if (!counts.condemned)
		return 0;
	if (unlinkat(dirfd, spool_segment_name(counts.condemned).text, 0) < 0 &&
	    errno != ENOENT)
		return err_set(err, "remove segment %" PRIu64 ": %m",
			       counts.condemned);
	return spool_counts_condemn(dirfd, &none, err);
}

int spool_rotate_lock(int dirfd, int fd, struct err *err)
{
	struct stat st;
	int r = spool_flock(fd, LOCK_EX | LOCK_NB, err);

	if (r <= 0)
		return r;
	if (fstat(fd, &st) < 0 || !spool_file_is(dirfd, SPOOL_ROTATE_LOCK, &st))
		r = err_set(err, "%s of the spool was replaced",
			    SPOOL_ROTATE_LOCK);
	else if (finish_removal(dirfd, err) < 0)
		r = -1;
	if (r < 0)
		flock(fd, LOCK_UN);
	return r;
}

/* Above every number in use, and above what the cursor calls delivered.  The
 * cursor is read last: a segment that was gone by then, it has passed. */
static int next_number(int dirfd, uint64_t *ret, struct err *err)
{
	struct spool_cursor cursor;
	struct spool_usage usage;
	uint64_t highest;

	if (spool_usage(dirfd, &usage, err) < 0 ||
	    spool_cursor_read(dirfd, &cursor, err) < 0)
		return -1;
	highest =
		usage.highest > cursor.segment ? usage.highest : cursor.segment;
	if (highest >= SPOOL_SEGMENT_LAST)
		return err_set(err,
			       "no segment number is left: rename segment "
			       "%" PRIu64 " or remove the cursor",
			       highest);
	*ret = highest + 1;
	return 0;
}

/* Never over another file, even where a filesystem can not promise that. */
static int rename_aside(int dirfd, const char *name)
{
	struct stat st;

	if (renameat2(dirfd, SPOOL_CURRENT, dirfd, name, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
		return -1;
	}
	return renameat(dirfd, SPOOL_CURRENT, dirfd, name);
}

int spool_set_aside(int dirfd, const struct stat *st, struct err *err)
{
	uint64_t number = 0;

	if (!spool_file_is(dirfd, SPOOL_CURRENT, st))
		return 0;
	if (next_number(dirfd, &number, err) < 0)
		return -1;
	if (rename_aside(dirfd, spool_segment_name(number).text) < 0)
		return err_set(err, "set %s aside as segment %" PRIu64 ": %m",
			       SPOOL_CURRENT, number);
	return 1;
}

int spool_rotate(int dirfd, const struct stat *st, uint64_t max_size,
		 struct err *err)
{
	_cleanup_unlock_ int fd = spool_rotate_open(dirfd, err);
	uint64_t keep = spool_limit(max_size) - spool_segment_size(max_size);
	int r;

	if (fd < 0)
		return -1;
	r = spool_rotate_lock(dirfd, fd, err);
	if (r <= 0)
		return r;
	if (spool_set_aside(dirfd, st, err) < 0)
		return -1;
	return spool_trim(dirfd, keep, err);
}
