/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The environment of a step as slurmstepd holds it. */
#ifndef OTEL_SPANK_JOB_ENV_H
#define OTEL_SPANK_JOB_ENV_H

#include <stddef.h>
#include <string.h>

/* The value of name in env, which is NULL-terminated, may be NULL, and lives
 * until spank_setenv is called; NULL when it is not there. */
static inline const char *job_env_get(char *const *env, const char *name)
{
	const size_t len = strlen(name);

	for (; env && *env; env++)
		if (!strncmp(*env, name, len) && (*env)[len] == '=')
			return *env + len + 1;
	return NULL;
}

#endif
