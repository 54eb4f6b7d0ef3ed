/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walks over the records of one file; see scan.h. */
#include "config.h"

#include "spool/scan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/cleanup.h"

#define WINDOW_MIN (64 * 1024)

void spool_scan_start(struct spool_scan *scan, int fd, uint64_t size)
{
	scan->fd = fd;
	scan->size = size;
	scan->off = 0;
	scan->torn_bytes = 0;
	scan->torn_runs = 0;
	scan->base = 0;
	scan->have = 0;
}

void spool_scan_free(struct spool_scan *scan)
{
	int saved = errno;

	free(scan->window);
	*scan = (struct spool_scan)SPOOL_SCAN_INIT;
	errno = saved;
}

static int grow(struct spool_scan *scan, size_t need, struct err *err)
{
	size_t cap = need > WINDOW_MIN ? need : WINDOW_MIN;
	uint8_t *window;

	if (scan->cap >= cap)
		return 0;
	window = realloc(scan->window, cap);
	if (!window)
		return err_set(err, "no memory to read the spool");
	scan->window = window;
	scan->cap = cap;
	return 0;
}

/* Reads on behind what the window holds, until it is full. */
static int fill(struct spool_scan *scan, struct err *err)
{
	while (scan->have < scan->cap) {
		ssize_t n = pread(scan->fd, scan->window + scan->have,
				  scan->cap - scan->have,
				  (off_t)(scan->base + scan->have));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, "read a spool segment: %m");
		if (!n)
			break;
		scan->have += (size_t)n;
	}
	return 0;
}

/*
 * Makes the window hold need bytes from off on, or as many as the file has.
 * Returns how many there are, and where; -1 with err.
 */
static ssize_t look(struct spool_scan *scan, uint64_t off, size_t need,
		    const uint8_t **ret, struct err *err)
{
	uint64_t end = scan->base + scan->have;

	if (need > scan->size - off)
		need = (size_t)(scan->size - off);
	if (off < scan->base || off + need > end) {
		size_t keep = off >= scan->base && off < end
				      ? (size_t)(end - off)
				      : 0;

		if (grow(scan, need, err) < 0)
			return -1;
		if (keep)
			memmove(scan->window, scan->window + (off - scan->base),
				keep);
		scan->base = off;
		scan->have = keep;
		if (fill(scan, err) < 0)
			return -1;
		/* Nobody should, but somebody may have cut the file. */
		if (scan->have < need)
			need = scan->have;
	}
	*ret = scan->window ? scan->window + (off - scan->base) : NULL;
	return (ssize_t)need;
}

/* Is there a record at off?  Returns 1 with *ret, 0, or -1 with err. */
static int record_at(struct spool_scan *scan, uint64_t off,
		     struct spool_header *ret, const uint8_t **ret_data,
		     struct err *err)
{
	struct spool_header header;
	const uint8_t *data;
	ssize_t n = look(scan, off, SPOOL_HEADER_SIZE, &data, err);

	if (n < SPOOL_HEADER_SIZE)
		return n < 0 ? -1 : 0;
	if (!spool_header_decode(data, &header))
		return 0;
	n = look(scan, off, SPOOL_HEADER_SIZE + header.len, &data, err);
	if (n < 0)
		return -1;
	if ((size_t)n < SPOOL_HEADER_SIZE + header.len ||
	    !spool_record_verify(data, header.len))
		return 0;
	*ret = header;
	*ret_data = data;
	return 1;
}

/* Where the next magic begins at off or behind it; the file's end if nowhere.
 */
static int find_magic(struct spool_scan *scan, uint64_t off, uint64_t *ret,
		      struct err *err)
{
	while (off < scan->size) {
		const uint8_t *data, *hit;
		ssize_t n = look(scan, off, WINDOW_MIN, &data, err);

		if (n < 0)
			return -1;
		if (n < SPOOL_MAGIC_SIZE)
			break;
		hit = memmem(data, (size_t)n, SPOOL_MAGIC, SPOOL_MAGIC_SIZE);
		if (hit) {
			*ret = off + (uint64_t)(hit - data);
			return 0;
		}
		/* The magic may lie across the window's end. */
		off += (uint64_t)n - (SPOOL_MAGIC_SIZE - 1);
	}
	*ret = scan->size;
	return 0;
}

static void note_torn(struct spool_scan *scan, uint64_t from, uint64_t to)
{
	if (from == to)
		return;
	scan->torn_bytes += to - from;
	scan->torn_runs++;
}

int spool_scan_next(struct spool_scan *scan, struct spool_header *ret,
		    const uint8_t **ret_payload, struct err *err)
{
	uint64_t off = scan->off;

	while (off < scan->size) {
		struct spool_header header;
		const uint8_t *data;
		int r = record_at(scan, off, &header, &data, err);

		if (r < 0 || (!r && find_magic(scan, off + 1, &off, err) < 0))
			return -1;
		if (!r)
			continue;
		if (header.version == SPOOL_VERSION) {
			note_torn(scan, scan->off, off);
			scan->off = off + SPOOL_HEADER_SIZE + header.len;
			*ret = header;
			*ret_payload = data + SPOOL_HEADER_SIZE;
			return 1;
		}
		/* Whole, but of a later version: nothing inside it is ours. */
		off += SPOOL_HEADER_SIZE + header.len;
	}
	note_torn(scan, scan->off, scan->size);
	scan->off = scan->size;
	return 0;
}

/* Walks from the beginning: does some record end at off exactly? */
static int ends_at(struct spool_scan *scan, uint64_t off, struct err *err)
{
	struct spool_header header;
	const uint8_t *payload;
	int r;

	scan->off = 0;
	do
		r = spool_scan_next(scan, &header, &payload, err);
	while (r > 0 && scan->off < off);
	return r < 0 ? -1 : scan->off == off;
}

int spool_scan_resume(struct spool_scan *scan, uint64_t off, struct err *err)
{
	struct spool_header header;
	const uint8_t *data;
	int r;

	if (off >= scan->size) {
		scan->off = off == scan->size ? off : 0;
		return 0;
	}
	r = record_at(scan, off, &header, &data, err);
	if (!r)
		r = ends_at(scan, off, err);
	if (r < 0)
		return -1;
	scan->off = r ? off : 0;
	scan->torn_bytes = 0;
	scan->torn_runs = 0;
	return 0;
}

int spool_tally_range(int fd, uint64_t from, uint64_t to,
		      struct spool_tally *ret, struct err *err)
{
	_cleanup_(spool_scan_free) struct spool_scan scan = SPOOL_SCAN_INIT;
	struct spool_tally tally = { 0 };
	struct spool_header header;
	const uint8_t *payload;
	int r;

	spool_scan_start(&scan, fd, to);
	if (spool_scan_resume(&scan, from, err) < 0)
		return -1;
	while ((r = spool_scan_next(&scan, &header, &payload, err)) > 0) {
		tally.records++;
		tally.bytes += SPOOL_HEADER_SIZE + header.len;
	}
	if (r < 0)
		return -1;
	tally.torn_bytes = scan.torn_bytes;
	tally.torn_runs = scan.torn_runs;
	*ret = tally;
	return 0;
}
