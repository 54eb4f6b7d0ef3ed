/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Percent-encoding as in OTEL_RESOURCE_ATTRIBUTES: what is no baggage-octet
 * (W3C Baggage, section 3.3.1.3), and '%' itself, is written %XX.
 */
#ifndef OTEL_UTIL_PERCENT_H
#define OTEL_UTIL_PERCENT_H

#include <stddef.h>

/*
 * Encodes text into ret (size bytes, with the NUL).  Returns the length without
 * the NUL, or -1 with ret untouched when it does not fit.
 */
int percent_encode(const char *text, char *ret, size_t size);

/*
 * Decodes len bytes of text into ret (size bytes, with the NUL).  Returns the
 * length, or -1 with ret untouched when it does not fit, two hexadecimal digits
 * do not follow each percent sign, or a NUL would come out.
 */
int percent_decode(const char *text, size_t len, char *ret, size_t size);

#endif
