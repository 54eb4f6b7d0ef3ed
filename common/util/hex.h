/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lowercase hexadecimal, as W3C Trace Context writes ids. */
#ifndef OTEL_UTIL_HEX_H
#define OTEL_UTIL_HEX_H

#include <stddef.h>
#include <stdint.h>

/* Writes 2 * len digits and a NUL to ret, which holds 2 * len + 1 bytes. */
void hex_encode(const uint8_t *data, size_t len, char *ret);

/*
 * Reads exactly 2 * len lowercase digits of text into ret.  Returns 0, or -1
 * on any other character (capitals too, a NUL too); ret is then untouched.
 */
int hex_decode(const char *text, size_t len, uint8_t *ret);

#endif
