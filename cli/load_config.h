/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration, for commands that need it without a mistake. */
#ifndef OTEL_CLI_LOAD_CONFIG_H
#define OTEL_CLI_LOAD_CONFIG_H

#include "config/config.h"

/*
 * Reads path, or without one (NULL) the otel.conf beside slurm.conf, which may
 * be missing.  Returns 0 with *ret, which the caller destroys, or -1 after a
 * message that names the command.
 */
int load_config(const char *command, const char *path, struct config **ret);

#endif
