/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compares a node's name with the head of a node list; see nodelist.h. */
#include "spank/nodelist.h"

#include <string.h>

bool nodelist_starts_with(const char *list, const char *node)
{
	if (!list || !node || !*node)
		return false;
	while (*list && *list != ',') {
		if (*list != '[') {
			if (*list++ != *node++)
				return false;
			continue;
		}
		/* The first of a range stands first: take its digits. */
		for (list++; *list && !strchr(",-]", *list); list++)
			if (*list != *node++)
				return false;
		list = strchr(list, ']');
		if (!list)
			return false;
		list++;
	}
	return *node == '\0';
}
