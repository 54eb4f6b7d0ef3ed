/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The plugin's configuration.  Slurm does not tell a job_submit plugin of
 * `scontrol reconfigure`, so a changed otel.conf is noticed by its time.
 */
#ifndef OTEL_JOBSUBMIT_SETTINGS_H
#define OTEL_JOBSUBMIT_SETTINGS_H

#include <stdbool.h>
#include <sys/stat.h>

#include "config/config.h"

struct settings {
	struct config *config; /* NULL: tracing is off */
	bool at_allocation;    /* PrologFlags=Alloc, see submission.h */
	bool looked;
	bool there; /* the file, when it was read */
	struct stat file;
};

/* The configuration to go by now; NULL: tracing is off.  Logs what is wrong
 * with it, once a change. */
const struct config *settings_now(struct settings *settings);
void settings_free(struct settings *settings);

#endif
