/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A growable byte buffer.  A failed allocation is remembered, so that a chain
 * of appends needs one check at its end (buf->failed).
 */
#ifndef OTEL_UTIL_BUF_H
#define OTEL_UTIL_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	uint8_t *data; /* owned; NULL while empty */
	size_t len;
	size_t cap;
	bool failed; /* an append found no memory: contents are cut */
};

#define BUF_INIT                                                               \
	{                                                                      \
		NULL, 0, 0, false                                              \
	}

/* Grows the capacity to at least len + more.  Returns 0, or -1 and sets failed.
 */
int buf_reserve(struct buf *buf, size_t more);
void buf_append(struct buf *buf, const void *data, size_t len);
void buf_puts(struct buf *buf, const char *text);
void buf_putc(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Empties without giving memory back; clears failed. */
void buf_clear(struct buf *buf);
/* Gives memory back.  Keeps errno; an empty buffer is fine. */
void buf_free(struct buf *buf);

#define _cleanup_buf_ __attribute__((cleanup(buf_free)))

#endif
