/* SPDX-License-Identifier: GPL-2.0-or-later */
/* otel.conf as the job completion plugin reads it. */
#ifndef OTEL_JOBCOMP_SETTINGS_H
#define OTEL_JOBCOMP_SETTINGS_H

#include <limits.h>
#include <stdbool.h>

#include "config/config.h"

struct settings {
	char path[PATH_MAX];
	struct config *config; /* what could be read; NULL: nothing could */
	bool has_mistakes;     /* no span may be made by them */
};

/*
 * Reads otel.conf into *ret, which the caller frees with settings_release.
 * serving: in a slurmctld, which logs mistakes; else for a user's `sacct -c`,
 * which may not be able to read it and says nothing.  In either case config
 * has what stands beside the mistakes: JobCompChain does not depend on them.
 */
void settings_read(bool serving, struct settings *ret);
void settings_release(struct settings *settings);

#endif
