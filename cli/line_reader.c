/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bounded lines; see line_reader.h. */
#include "cli/line_reader.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define READ_SIZE ((size_t)256 * 1024)

/* Reads more behind what there is.  Returns -1 with errno. */
static int fill(struct line_reader *reader)
{
	struct buf *buf = &reader->buf;
	ssize_t n;

	if (reader->pos) {
		memmove(buf->data, buf->data + reader->pos,
			buf->len - reader->pos);
		buf->len -= reader->pos;
		reader->pos = 0;
	}
	if (buf_reserve(buf, READ_SIZE) < 0) {
		errno = ENOMEM;
		return -1;
	}
	do
		n = read(reader->fd, buf->data + buf->len, READ_SIZE);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -1;
	buf->len += (size_t)n;
	reader->eof = n == 0;
	return 0;
}

/* Finds the end of the line, reading as needed; drops what exceeds max. */
static enum line_status find_end(struct line_reader *reader, size_t *ret_len)
{
	struct buf *buf = &reader->buf;
	bool is_long = false;
	size_t seen = 0;

	for (;;) {
		size_t have = buf->len - reader->pos;
		const uint8_t *line, *end = NULL;

		if (have > seen) {
			line = buf->data + reader->pos;
			end = memchr(line + seen, '\n', have - seen);
			seen = end ? (size_t)(end - line) : have;
		}
		if (seen > reader->max) {
			is_long = true;
			reader->pos += seen;
			seen = 0;
		}
		*ret_len = seen;
		if (end)
			return is_long ? LINE_LONG : LINE_WHOLE;
		if (reader->eof)
			return is_long ? LINE_LONG : LINE_LAST;
		if (fill(reader) < 0)
			return LINE_ERROR;
	}
}

enum line_status line_reader_next(struct line_reader *reader,
				  const char **ret_text, size_t *ret_len)
{
	enum line_status status;
	size_t len;

	if (reader->eof && reader->pos >= reader->buf.len)
		return LINE_END;
	status = find_end(reader, &len);
	if (status == LINE_ERROR)
		return status;
	if (status == LINE_LAST && !len)
		return LINE_END;
	reader->number++;
	if (status == LINE_WHOLE || status == LINE_LAST) {
		*ret_text = (const char *)reader->buf.data + reader->pos;
		*ret_len = len;
	}
	/* Past the newline; at the end of the file there is none to pass. */
	reader->pos += len + 1;
	if (reader->pos > reader->buf.len)
		reader->pos = reader->buf.len;
	return status;
}

void line_reader_free(struct line_reader *reader)
{
	buf_free(&reader->buf);
	reader->pos = 0;
	reader->eof = true;
}
