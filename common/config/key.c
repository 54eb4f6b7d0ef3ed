/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds keys by name, and the key that a misspelt name may have meant. */
#include "config/private.h"

#include <string.h>

#define NAME_MAX_LEN 40

const struct config_key *config_key_find(const char *name, size_t len)
{
	const struct config_key *key;

	for (key = config_keys; key->name; key++)
		if (equal_nocase(name, len, key->name))
			return key;
	return NULL;
}

static unsigned int min3(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int min = a < b ? a : b;

	return min < c ? min : c;
}

/* How many letters must be put in, left out or changed (Levenshtein). */
static unsigned int distance(const char *a, size_t a_len, const char *b)
{
	unsigned int row[NAME_MAX_LEN + 1];
	size_t b_len = strlen(b), i, j;

	if (a_len > NAME_MAX_LEN || b_len > NAME_MAX_LEN)
		return NAME_MAX_LEN;
	for (j = 0; j <= b_len; j++)
		row[j] = (unsigned int)j;
	for (i = 1; i <= a_len; i++) {
		unsigned int diagonal = row[0];

		row[0] = (unsigned int)i;
		for (j = 1; j <= b_len; j++) {
			unsigned int above = row[j];
			bool same = equal_nocase(a + i - 1, 1,
						 (char[]){ b[j - 1], '\0' });

			row[j] = min3(above + 1, row[j - 1] + 1,
				      diagonal + !same);
			diagonal = above;
		}
	}
	return row[b_len];
}

const char *config_key_nearest(const char *name, size_t len)
{
	/* a third of the letters may be wrong, else it is another word */
	unsigned int best = (unsigned int)len / 3 + 1;
	const struct config_key *key;
	const char *nearest = NULL;

	for (key = config_keys; key->name; key++) {
		unsigned int far = distance(name, len, key->name);

		if (far < best) {
			best = far;
			nearest = key->name;
		}
	}
	return nearest;
}
