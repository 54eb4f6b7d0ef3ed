/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Encodes and decodes %XX; see percent.h. */
#include "util/percent.h"

#include <stdbool.h>
#include <string.h>

static bool is_plain(unsigned char c)
{
	return c > ' ' && c < 0x7f && !strchr("\",;\\%", c);
}

static size_t encoded_len(const char *text)
{
	size_t len = 0;

	for (; *text; text++)
		len += is_plain((unsigned char)*text) ? 1 : 3;
	return len;
}

int percent_encode(const char *text, char *ret, size_t size)
{
	static const char digits[] = "0123456789ABCDEF";
	const size_t len = encoded_len(text);

	if (len >= size)
		return -1;
	for (; *text; text++) {
		const unsigned char c = (unsigned char)*text;

		if (is_plain(c)) {
			*ret++ = (char)c;
			continue;
		}
		*ret++ = '%';
		*ret++ = digits[c >> 4];
		*ret++ = digits[c & 0xf];
	}
	*ret = '\0';
	return (int)len;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that stands at the beginning of text; 0: none that may. */
static unsigned char take(const char *text, size_t len, size_t *ret_taken)
{
	int high, low;

	*ret_taken = 1;
	if (*text != '%')
		return (unsigned char)*text;
	*ret_taken = 3;
	if (len < 3)
		return 0;
	high = hex_digit(text[1]);
	low = hex_digit(text[2]);
	return (unsigned char)(high < 0 || low < 0 ? 0 : high << 4 | low);
}

/* The length of the result, or -1; written to ret unless that is NULL. */
static int decode(const char *text, size_t len, char *ret)
{
	size_t at = 0, taken;
	int n = 0;

	for (; at < len; at += taken, n++) {
		const unsigned char c = take(text + at, len - at, &taken);

		if (!c)
			return -1;
		if (ret)
			ret[n] = (char)c;
	}
	return n;
}

int percent_decode(const char *text, size_t len, char *ret, size_t size)
{
	const int n = decode(text, len, NULL);

	if (n < 0 || (size_t)n >= size)
		return -1;
	decode(text, len, ret);
	ret[n] = '\0';
	return n;
}
