/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Puts the end of a file of JSON lines right; see file_tail.h. */
#include "config.h"

#include "otlp/file_tail.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK 4096
/* How every line of ours begins. */
#define OUR_LINE "{\"resourceSpans\":"

/* Finds where the last line begins; *ret is 0 when there is no newline. */
static int last_line(int fd, off_t size, off_t *ret, struct err *err)
{
	char block[BLOCK];

	for (off_t end = size; end > 0;) {
		off_t from = end > BLOCK ? end - BLOCK : 0;
		ssize_t n = pread(fd, block, (size_t)(end - from), from);
		const char *newline;

		if (n != end - from)
			return err_set(err, "read the end of the file: %m");
		newline = memrchr(block, '\n', (size_t)n);
		if (newline) {
			*ret = from + (newline - block) + 1;
			return 0;
		}
		end = from;
	}
	*ret = 0;
	return 0;
}

/* A cut may fall inside the very beginning, too. */
static bool is_ours(int fd, off_t from, off_t size)
{
	char head[sizeof(OUR_LINE) - 1];
	size_t len = size - from < (off_t)sizeof(head) ? (size_t)(size - from)
						       : sizeof(head);

	return pread(fd, head, len, from) == (ssize_t)len &&
	       !memcmp(head, OUR_LINE, len);
}

int file_tail_repair(int fd, struct err *err)
{
	struct stat st;
	off_t from;

	if (fstat(fd, &st) < 0)
		return err_set(err, "stat the file: %m");
	if (last_line(fd, st.st_size, &from, err) < 0)
		return -1;
	if (from == st.st_size)
		return 0;
	if (is_ours(fd, from, st.st_size)) {
		if (ftruncate(fd, from) < 0)
			return err_set(err, "take back a cut line: %m");
	} else if (write(fd, "\n", 1) != 1) {
		return err_set(err, "end a foreign line: %m");
	}
	return 0;
}
