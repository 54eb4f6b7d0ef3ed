/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gRPC's headers as text; see grpc_text.h. */
#include "otlp/grpc_text.h"

#include <string.h>

/* -1 when it is none */
static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

size_t grpc_text_decode(char *text)
{
	size_t out = 0;

	for (const char *p = text; *p; p++) {
		int high = *p == '%' ? hex_digit(p[1]) : -1;
		int low = high >= 0 ? hex_digit(p[2]) : -1;

		text[out] = *p;
		if (low >= 0) {
			text[out] = (char)(high << 4 | low);
			p += 2;
		}
		out++;
	}
	return out;
}

static int sextet(char c)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz"
				       "0123456789+/";
	const char *at = strchr(alphabet, c);

	return c && at ? (int)(at - alphabet) : -1;
}

ssize_t grpc_text_base64(const char *text, uint8_t *ret)
{
	size_t len = strcspn(text, ",="), rest = strcspn(text + len, ",");
	uint32_t bits = 0;
	ssize_t out = 0;

	/* what is padded is padded to a multiple of four */
	if (len % 4 == 1 || strspn(text + len, "=") != rest ||
	    (rest && (rest > 2 || (len + rest) % 4)))
		return -1;
	for (size_t i = 0; i < len; i++) {
		int value = sextet(text[i]);

		if (value < 0)
			return -1;
		bits = bits << 6 | (uint32_t)value;
		if (i % 4)
			ret[out++] = (uint8_t)(bits >> (6 - 2 * (i % 4)));
	}
	return out;
}
