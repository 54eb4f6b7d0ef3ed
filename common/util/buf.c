/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A growable byte buffer; see buf.h. */
#include "util/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CAP_MIN 256

int buf_reserve(struct buf *buf, size_t more)
{
	size_t need, cap;
	uint8_t *data;

	/* Once cut, stay cut: what follows a hole would be read as if whole. */
	if (buf->failed || more > SIZE_MAX - buf->len) {
		buf->failed = true;
		return -1;
	}
	need = buf->len + more;
	if (need <= buf->cap)
		return 0;
	cap = buf->cap > SIZE_MAX / 2 ? SIZE_MAX : 2 * buf->cap;
	if (cap < need)
		cap = need;
	if (cap < CAP_MIN)
		cap = CAP_MIN;
	data = realloc(buf->data, cap);
	if (!data) {
		buf->failed = true;
		return -1;
	}
	buf->data = data;
	buf->cap = cap;
	return 0;
}

void buf_append(struct buf *buf, const void *data, size_t len)
{
	/* memcpy must not see NULL, not even for nothing. */
	if (!len || buf_reserve(buf, len) < 0)
		return;
	memcpy(buf->data + buf->len, data, len);
	buf->len += len;
}

void buf_puts(struct buf *buf, const char *text)
{
	buf_append(buf, text, strlen(text));
}

void buf_putc(struct buf *buf, char c)
{
	buf_append(buf, &c, 1);
}

void buf_printf(struct buf *buf, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0) {
		buf->failed = true;
		return;
	}
	/* vsnprintf writes a NUL, which is not part of the contents. */
	if (buf_reserve(buf, (size_t)n + 1) < 0)
		return;
	va_start(ap, fmt);
	vsnprintf((char *)buf->data + buf->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	buf->len += (size_t)n;
}

void buf_clear(struct buf *buf)
{
	buf->len = 0;
	buf->failed = false;
}

void buf_free(struct buf *buf)
{
	int saved = errno;

	free(buf->data);
	*buf = (struct buf)BUF_INIT;
	errno = saved;
}
