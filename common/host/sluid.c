/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text of a SLUID; see sluid.h. */
#include "host/sluid.h"

#include <string.h>

#define BITS 5
#define HIGHEST "0123456789ABCDEF" /* 13 digits are 65 bits */

static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void sluid_format(uint64_t sluid, char ret[SLUID_LEN + 1])
{
	ret[0] = '\0';
	if (!sluid)
		return;
	ret[0] = 's';
	ret[SLUID_LEN] = '\0';
	for (int i = SLUID_LEN - 1; i > 0; i--) {
		ret[i] = digits[sluid & ((1U << BITS) - 1)];
		sluid >>= BITS;
	}
}

bool sluid_is_valid(const char *text)
{
	return text && text[0] == 's' &&
	       strspn(text + 1, digits) == SLUID_LEN - 1 &&
	       text[SLUID_LEN] == '\0' && strspn(text + 1, HIGHEST) > 0 &&
	       strspn(text + 1, "0") < SLUID_LEN - 1;
}
