/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The environment of a step: not ours, and hostile. */
#ifndef OTEL_SPANK_ENV_LIST_H
#define OTEL_SPANK_ENV_LIST_H

#include <string.h>

/* The value of a variable in a NULL-terminated list, which may be NULL; NULL
 * when it is not there.  Borrowed. */
static inline const char *env_get(char *const *env, const char *name)
{
	size_t len = strlen(name);

	for (; env && *env; env++)
		if (!strncmp(*env, name, len) && (*env)[len] == '=')
			return *env + len + 1;
	return NULL;
}

#endif
