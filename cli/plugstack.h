/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The line of plugstack.conf that loads spank_otel.so on this host. */
#ifndef OTEL_CLI_PLUGSTACK_H
#define OTEL_CLI_PLUGSTACK_H

#include "host/arguments.h"

/*
 * Reads its arguments, as Slurm would: of plugstack.conf beside slurm.conf, or
 * where PlugStackConfig says, and of what it includes.  The first line that
 * loads the plugin counts.  None is no error, and neither is a file that this
 * user may not read.  *ret is to be cleared.  Returns 0, or -1 with err, *ret
 * then being untouched.
 */
int plugstack_load(struct arguments *ret, struct err *err);

#endif
