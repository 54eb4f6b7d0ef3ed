/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lowercase hexadecimal; see hex.h. */
#include "util/hex.h"

/* The value of a digit, or -1.  Capitals are no digits here. */
static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

void hex_encode(const uint8_t *data, size_t len, char *ret)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		*ret++ = digits[data[i] >> 4];
		*ret++ = digits[data[i] & 0x0f];
	}
	*ret = '\0';
}

int hex_decode(const char *text, size_t len, uint8_t *ret)
{
	/* Checked first: ret stays untouched, and a NUL ends the reading. */
	for (size_t i = 0; i < 2 * len; i++)
		if (digit_value(text[i]) < 0)
			return -1;
	for (size_t i = 0; i < len; i++)
		ret[i] = (uint8_t)(digit_value(text[2 * i]) << 4 |
				   digit_value(text[2 * i + 1]));
	return 0;
}
