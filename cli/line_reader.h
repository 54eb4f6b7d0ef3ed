/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of any sensible length from a file, a pipe or a terminal, without
 * letting a file that has no line ends take all memory.
 */
#ifndef OTEL_CLI_LINE_READER_H
#define OTEL_CLI_LINE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

enum line_status {
	LINE_WHOLE,
	LINE_LAST,  /* whole file read: a line without its newline */
	LINE_LONG,  /* longer than max: skipped, no text */
	LINE_END,   /* no more lines */
	LINE_ERROR, /* errno says why */
};

struct line_reader {
	int fd;          /* borrowed */
	size_t max;      /* bytes of a line */
	uint64_t number; /* of the line last returned, from 1 */
	struct buf buf;
	size_t pos; /* where the next line starts in buf */
	bool eof;
};

#define LINE_READER_INIT(fd_, max_)                                            \
	{                                                                      \
		.fd = (fd_), .max = (max_)                                     \
	}

/*
 * The next line without its newline, valid until the next call.  ret_text and
 * ret_len are set for LINE_WHOLE and LINE_LAST only.
 */
enum line_status line_reader_next(struct line_reader *reader,
				  const char **ret_text, size_t *ret_len);
void line_reader_free(struct line_reader *reader);

#endif
