/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UTF-8 as Unicode defines it (no overlong forms, no surrogates, nothing
 * above U+10FFFF).  protobuf string fields must hold nothing else, and
 * protobuf-c does not check: one bad string gets a whole batch refused.
 */
#ifndef OTEL_UTIL_UTF8_H
#define OTEL_UTIL_UTF8_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* True when the len bytes are well-formed UTF-8.  A NUL byte is accepted. */
bool utf8_valid(const char *text, size_t len);

/*
 * Copies text to ret, each ill-formed sequence (maximal subpart, Unicode 15,
 * section 3.9) replaced by U+FFFD, and at most max_chars code points (0: no
 * limit); never cuts inside one.  Writes a NUL.  ret holds 3 * len + 1 bytes.
 * Returns the length written without the NUL.
 */
size_t utf8_repair(const char *text, size_t len, size_t max_chars, char *ret);

/*
 * vsnprintf for text that people read: what does not fit into the size bytes
 * of ret (with the NUL; at least 1) is cut between two characters, never
 * inside one.
 */
void utf8_vprint(char *ret, size_t size, const char *fmt, va_list ap)
	__attribute__((format(printf, 3, 0)));

#endif
