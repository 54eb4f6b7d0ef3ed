/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes foreign text fit for a log; see text_clean.h. */
#include "otlp/text_clean.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "util/utf8.h"

/* No more than this is looked at: enough for the characters kept. */
#define INPUT_MAX (4 * TEXT_CLEAN_CHARS)

/* The length of a control character at p, else 0. */
static size_t control_at(const uint8_t *p)
{
	if (*p <= ' ' || *p == 0x7f)
		return 1;
	if (*p == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f)
		return 2;
	return 0;
}

void text_clean(const void *text, size_t len, char *ret)
{
	char repaired[3 * INPUT_MAX + 1];
	const uint8_t *p = (const uint8_t *)repaired;
	size_t out = 0, cut;
	bool blank = false;

	if (len > INPUT_MAX)
		len = INPUT_MAX;
	cut = utf8_repair(text, len, TEXT_CLEAN_CHARS, repaired);
	for (size_t i = 0; i < cut;) {
		size_t control = control_at(p + i);

		if (control) {
			blank = out > 0;
			i += control;
			continue;
		}
		if (blank)
			ret[out++] = ' ';
		blank = false;
		ret[out++] = repaired[i++];
	}
	ret[out] = '\0';
}
