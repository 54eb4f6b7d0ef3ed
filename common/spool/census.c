/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts what waits in a spool; see census.h. */
#include "spool/census.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/cursor.h"
#include "spool/file.h"
#include "spool/scan.h"
#include "spool/segment.h"
#include "spool/spool.h"
#include "util/cleanup.h"

/* Records from the beginning of a file up to an offset. */
struct count {
	uint64_t end; /* of the last one */
	uint64_t records, spans;
};

/*
 * One file as far as it was read.  Its name changes when it is set aside, and
 * its inode may be another's that was removed: inode and first record together
 * tell it.
 */
struct census_file {
	ino_t ino;
	uint64_t first_record; /* its checksum */
	uint64_t first_ns;
	struct count read;   /* all that was there */
	struct count passed; /* up to the cursor */
};

/* One update: the files that are there now, in order. */
struct update {
	const struct spool_census *old;
	struct spool_cursor cursor;
	struct spool_scan scan;
	struct census_file *files; /* owned */
	size_t n, cap;
	struct spool_waiting waiting;
};

/* ---- one file ----------------------------------------------------------- */

/* Counts on from count->end up to `to`.  *ret_first_ns: of the first record
 * met, when there is one. */
static int count_on(struct spool_scan *scan, int fd, uint64_t to,
		    struct count *count, uint64_t *ret_first_ns,
		    struct err *err)
{
	struct spool_header header;
	const uint8_t *payload;
	uint64_t met = 0;
	int r;

	spool_scan_start(scan, fd, to);
	scan->off = count->end;
	if (count->end >= to)
		return 0;
	while ((r = spool_scan_next(scan, &header, &payload, err)) > 0) {
		if (!met++)
			*ret_first_ns = header.time_ns;
		count->end = scan->off;
		count->records++;
		count->spans += header.kind == SPOOL_SPAN;
	}
	return r;
}

/* A cursor that points to no end of a record is damaged, and the reader then
 * begins anew: see spool_scan_resume. */
static int pass(struct spool_scan *scan, int fd, uint64_t size, uint64_t to,
		struct census_file *file, struct err *err)
{
	uint64_t unused;

	if (to == size) {
		file->passed = file->read;
		return 0;
	}
	if (to < file->passed.end || to > size)
		file->passed = (struct count){ 0 };
	if (to > size)
		return 0;
	if (count_on(scan, fd, to, &file->passed, &unused, err) < 0)
		return -1;
	if (file->passed.end != to)
		file->passed = (struct count){ 0 };
	return 0;
}

/* When the first record behind the cursor was written. */
static int find_oldest(struct spool_scan *scan, int fd, uint64_t size,
		       const struct census_file *file, uint64_t *ret,
		       struct err *err)
{
	struct spool_header header;
	const uint8_t *payload;
	int r;

	if (!file->passed.end) {
		*ret = file->first_ns;
		return 0;
	}
	spool_scan_start(scan, fd, size);
	scan->off = file->passed.end;
	r = spool_scan_next(scan, &header, &payload, err);
	if (r > 0)
		*ret = header.time_ns;
	return r < 0 ? -1 : 0;
}

/* ---- the files of a spool ----------------------------------------------- */

static uint64_t first_record(int fd)
{
	uint8_t header[SPOOL_HEADER_SIZE];

	if (pread(fd, header, sizeof(header), 0) != sizeof(header))
		return 0;
	return spool_get_le(header + 24, 8);
}

/* What was counted of this file before. */
static struct census_file recall(const struct spool_census *old, ino_t ino,
				 uint64_t first, uint64_t size)
{
	struct census_file none = { .ino = ino, .first_record = first };

	for (size_t i = 0; i < old->n; i++)
		if (old->files[i].ino == ino &&
		    old->files[i].first_record == first &&
		    old->files[i].read.end <= size)
			return old->files[i];
	return none;
}

static bool counted_already(const struct update *update, ino_t ino)
{
	for (size_t i = 0; i < update->n; i++)
		if (update->files[i].ino == ino)
			return true;
	return false;
}

static int keep(struct update *update, const struct census_file *file,
		struct err *err)
{
	struct census_file *more;
	size_t cap;

	if (update->n == update->cap) {
		cap = update->cap ? 2 * update->cap : 16;
		more = reallocarray(update->files, cap, sizeof(*more));
		if (!more)
			return err_set(err, "no memory to count the spool");
		update->files = more;
		update->cap = cap;
	}
	update->files[update->n++] = *file;
	return 0;
}

/* Counts an open file; cursor: where in it the cursor stands, 0: before it. */
static int count_file(struct update *update, int fd, const struct stat *st,
		      uint64_t cursor, struct err *err)
{
	uint64_t size = (uint64_t)st->st_size, oldest = 0, first_ns = 0;
	struct census_file file;

	if (counted_already(update, st->st_ino))
		return 0;
	file = recall(update->old, st->st_ino, first_record(fd), size);
	if (count_on(&update->scan, fd, size, &file.read, &first_ns, err) < 0)
		return -1;
	if (!file.first_ns)
		file.first_ns = first_ns;
	if (pass(&update->scan, fd, size, cursor, &file, err) < 0)
		return -1;
	update->waiting.records += file.read.records - file.passed.records;
	update->waiting.spans += file.read.spans - file.passed.spans;
	if (!update->waiting.oldest_ns &&
	    file.read.records > file.passed.records) {
		if (find_oldest(&update->scan, fd, size, &file, &oldest, err) <
		    0)
			return -1;
		update->waiting.oldest_ns = oldest;
	}
	return keep(update, &file, err);
}

static int count_segment(struct update *update, int dirfd, uint64_t number,
			 struct err *err)
{
	bool pointed_to = number == update->cursor.segment;
	struct stat st;
	_cleanup_close_ int fd = spool_file_open(
		dirfd, spool_segment_name(number).text, O_RDONLY, &st, err);

	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	return count_file(update, fd, &st,
			  pointed_to ? update->cursor.offset : 0, err);
}

/*
 * current is opened before the segments are listed: when it is set aside
 * meanwhile, it is met under its new name and counted once; had it been opened
 * after, it would be missed.
 */
static int count_all(struct update *update, int dirfd, struct err *err)
{
	_cleanup_free_ uint64_t *numbers = NULL;
	uint64_t after;
	struct stat st;
	_cleanup_close_ int current =
		spool_file_open(dirfd, SPOOL_CURRENT, O_RDONLY, &st, err);
	size_t n = 0;

	if (current < 0 && errno != ENOENT)
		return -1;
	if (spool_cursor_read(dirfd, &update->cursor, err) < 0)
		return -1;
	after = update->cursor.segment ? update->cursor.segment - 1 : 0;
	if (spool_segment_list(dirfd, after, &numbers, &n, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (count_segment(update, dirfd, numbers[i], err) < 0)
			return -1;
	return current < 0 ? 0 : count_file(update, current, &st, 0, err);
}

int spool_census_update(struct spool_census *census, int dirfd,
			struct spool_waiting *ret, struct err *err)
{
	struct update update = { .old = census, .scan = SPOOL_SCAN_INIT };
	int r = count_all(&update, dirfd, err);

	spool_scan_free(&update.scan);
	if (r < 0) {
		cleanup_freep(&update.files);
		return -1;
	}
	free(census->files);
	census->files = update.files;
	census->n = update.n;
	*ret = update.waiting;
	return 0;
}

void spool_census_free(struct spool_census *census)
{
	cleanup_freep(&census->files);
	*census = (struct spool_census){ 0 };
}
