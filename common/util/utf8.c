/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UTF-8 checked and repaired; see utf8.h. */
#include "util/utf8.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/*
 * Unicode 15, table 3-7: which second byte a lead byte takes.  All bytes
 * after the second are 80..BF.
 */
static const struct lead {
	uint8_t first, last; /* lead bytes */
	uint8_t length;      /* of the whole sequence */
	uint8_t low, high;   /* second byte */
} leads[] = {
	{ 0xc2, 0xdf, 2, 0x80, 0xbf }, { 0xe0, 0xe0, 3, 0xa0, 0xbf },
	{ 0xe1, 0xec, 3, 0x80, 0xbf }, { 0xed, 0xed, 3, 0x80, 0x9f },
	{ 0xee, 0xef, 3, 0x80, 0xbf }, { 0xf0, 0xf0, 4, 0x90, 0xbf },
	{ 0xf1, 0xf3, 4, 0x80, 0xbf }, { 0xf4, 0xf4, 4, 0x80, 0x8f },
};

static const struct lead *find_lead(uint8_t byte)
{
	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++)
		if (byte >= leads[i].first && byte <= leads[i].last)
			return &leads[i];
	return NULL;
}

/*
 * The length of the sequence at the start of text (len > 0): a code point
 * when *ret_valid, else the maximal subpart that one U+FFFD stands for.
 */
static size_t next_sequence(const uint8_t *text, size_t len, bool *ret_valid)
{
	const struct lead *lead;
	size_t i = 1;

	*ret_valid = text[0] < 0x80;
	if (*ret_valid)
		return 1;
	lead = find_lead(text[0]);
	if (!lead || len < 2 || text[1] < lead->low || text[1] > lead->high)
		return 1;
	for (i = 2; i < lead->length; i++)
		if (i == len || (text[i] & 0xc0) != 0x80)
			return i;
	*ret_valid = true;
	return i;
}

bool utf8_valid(const char *text, size_t len)
{
	const uint8_t *p = (const uint8_t *)text;
	bool valid = true;

	for (size_t i = 0; i < len && valid;)
		i += next_sequence(p + i, len - i, &valid);
	return valid;
}

size_t utf8_repair(const char *text, size_t len, size_t max_chars, char *ret)
{
	static const char replacement[] = "\xef\xbf\xbd";
	const uint8_t *p = (const uint8_t *)text;
	size_t in = 0, out = 0, chars = 0;

	while (in < len && (!max_chars || chars < max_chars)) {
		bool valid;
		size_t n = next_sequence(p + in, len - in, &valid);
		size_t written = valid ? n : 3;

		memcpy(ret + out, valid ? text + in : replacement, written);
		in += n;
		out += written;
		chars++;
	}
	ret[out] = '\0';
	return out;
}

/* How many bytes at the end begin a sequence without ending it. */
static size_t incomplete_tail(const uint8_t *text, size_t len)
{
	for (size_t tail = 1; tail < 4 && tail <= len; tail++) {
		const struct lead *lead = find_lead(text[len - tail]);

		if (lead)
			return lead->length > tail ? tail : 0;
		if ((text[len - tail] & 0xc0) != 0x80)
			return 0;
	}
	return 0;
}

void utf8_vprint(char *ret, size_t size, const char *fmt, va_list ap)
{
	int n = vsnprintf(ret, size, fmt, ap);
	size_t len = size - 1;

	if (n >= 0 && (size_t)n > len)
		ret[len - incomplete_tail((const uint8_t *)ret, len)] = '\0';
}
