/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads and writes the cursor; see cursor.h. */
#include "spool/cursor.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "spool/file.h"
#include "spool/segment.h"
#include "util/cleanup.h"

#define TEXT_MAX 48 /* two numbers of 20 digits, a blank, a newline */

/* A number and the one character that ends it. */
static bool parse_number(const char **text, char end, uint64_t *ret)
{
	uint64_t value = 0;
	const char *p = *text;

	if (*p < '0' || *p > '9')
		return false;
	for (; *p >= '0' && *p <= '9'; p++) {
		if (value > SPOOL_SEGMENT_LAST / 10)
			return false;
		value = value * 10 + (uint64_t)(*p - '0');
	}
	if (*p != end || value > SPOOL_SEGMENT_LAST)
		return false;
	*text = p + 1;
	*ret = value;
	return true;
}

static bool parse(const char *text, size_t len, struct spool_cursor *ret)
{
	struct spool_cursor cursor;
	const char *p = text;

	if (!parse_number(&p, ' ', &cursor.segment) ||
	    !parse_number(&p, '\n', &cursor.offset) || p != text + len)
		return false;
	*ret = cursor;
	return true;
}

int spool_cursor_read(int dirfd, struct spool_cursor *ret, struct err *err)
{
	struct spool_cursor cursor = { 0, 0 };
	char text[TEXT_MAX + 1];
	struct stat st;
	_cleanup_close_ int fd =
		spool_file_open(dirfd, SPOOL_CURSOR, O_RDONLY, &st, err);
	ssize_t n;

	if (fd < 0 && errno != ENOENT)
		return -1;
	if (fd >= 0) {
		n = pread(fd, text, TEXT_MAX, 0);
		if (n < 0)
			return err_set(err, "read the spool's cursor: %m");
		text[n] = '\0';
		if (!parse(text, (size_t)n, &cursor))
			cursor = (struct spool_cursor){ 0, 0 };
	}
	*ret = cursor;
	return 0;
}

static int write_tmp(int dirfd, struct spool_cursor cursor, bool durable,
		     struct err *err)
{
	char text[TEXT_MAX + 1];
	struct stat st;
	_cleanup_close_ int fd = -1;
	int len = snprintf(text, sizeof(text), "%" PRIu64 " %" PRIu64 "\n",
			   cursor.segment, cursor.offset);

	/* Removed first: opened to be cut, it could be a link to elsewhere. */
	if (unlinkat(dirfd, SPOOL_CURSOR_TMP, 0) < 0 && errno != ENOENT)
		return err_set(err, "remove %s: %m", SPOOL_CURSOR_TMP);
	fd = spool_file_open(dirfd, SPOOL_CURSOR_TMP, O_RDWR | O_CREAT | O_EXCL,
			     &st, err);
	if (fd < 0)
		return -1;
	errno = ENOSPC; /* what a short write means; it sets none */
	if (write(fd, text, (size_t)len) != len || (durable && fsync(fd) < 0))
		return err_set(err, "write the spool's cursor: %m");
	return 0;
}

int spool_cursor_write(int dirfd, struct spool_cursor cursor, bool durable,
		       struct err *err)
{
	if (write_tmp(dirfd, cursor, durable, err) < 0) {
		int saved = errno;

		unlinkat(dirfd, SPOOL_CURSOR_TMP, 0);
		errno = saved;
		return -1;
	}
	if (renameat(dirfd, SPOOL_CURSOR_TMP, dirfd, SPOOL_CURSOR) < 0)
		return err_set(err, "replace the spool's cursor: %m");
	/* EINVAL: a filesystem without fsync of directories. */
	if (durable && fsync(dirfd) < 0 && errno != EINVAL)
		return err_set(err, "make the spool's cursor durable: %m");
	return 0;
}
