/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `slurm-otel check` warns about beyond the configuration's own mistakes:
 * files and directories it names, and settings that are legal but unwise.
 */
#ifndef OTEL_CLI_CHECK_FILES_H
#define OTEL_CLI_CHECK_FILES_H

#include "config/config.h"

/* Hands each warning to warn.  Opens and changes nothing; looks AgentUser up.
 */
void check_files(const struct config *config,
		 void (*warn)(const char *message, void *arg), void *arg);

#endif
