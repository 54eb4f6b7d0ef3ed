/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a command finds the configuration of this host. */
#ifndef OTEL_CLI_LOAD_CONFIG_H
#define OTEL_CLI_LOAD_CONFIG_H

#include <limits.h>

#include "config/config.h"
#include "host/arguments.h"

/* source points into the rest: not to be copied. */
struct command_source {
	struct config_source source;
	struct arguments arguments;
	char path[PATH_MAX];
};

/*
 * Fills ret: path alone, or without one (NULL) what a node's slurmd goes by,
 * the arguments of plugstack.conf over the otel.conf that they name, or else
 * the one beside slurm.conf, which may be missing.  To be cleared.  Returns 0,
 * or -1 with err.
 */
int command_source_fill(const char *path, struct command_source *ret,
			struct err *err);
void command_source_clear(struct command_source *command);

/*
 * Reads it, for commands that need it without a mistake.  Returns 0 with *ret,
 * which the caller destroys, or -1 after a message that names the command.
 */
int load_config(const char *command, const char *path, struct config **ret);

#endif
