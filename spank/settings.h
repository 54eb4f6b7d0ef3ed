/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration of this process, from otel.conf and plugstack.conf. */
#ifndef OTEL_SPANK_SETTINGS_H
#define OTEL_SPANK_SETTINGS_H

#include <stdbool.h>

#include "spank/plugin.h"

/* Where a configuration that can not be read is reported. */
enum settings_report {
	REPORT_QUIET, /* debug log: a user's client must look as without us,
		       * and a daemon said it before */
	REPORT_INFO,  /* the node's log */
	REPORT_ERROR, /* the daemon's log: an administrator should act */
};

/*
 * Loads otel.conf (path: plugstack argument Config=PATH, else beside
 * slurm.conf) with the other arguments of the plugstack.conf line over it.
 * The first call counts, later ones only answer.  Returns true when tracing is
 * on; false, after one log line, when the configuration is wrong or
 * Enabled=no.  A file that Config= does not name may be missing.
 */
bool settings_load(struct plugin *plugin, int argc, char **argv,
		   enum settings_report report);

/* What settings_load goes by, for who wants to see it while tracing is off, too.
 * Returns 0 and *ret, to be destroyed, or -1 with err. */
int settings_read(int argc, char **argv, struct config **ret, struct err *err);

/* The path that settings_load reads; ret holds size bytes. */
int settings_path(int argc, char **argv, char *ret, size_t size);

/* Config=PATH among the arguments: PATH, else NULL. */
const char *settings_argument(int argc, char **argv);

#endif
