/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads what another program says, line by line. */
#ifndef OTEL_CLI_PROGRAM_H
#define OTEL_CLI_PROGRAM_H

#include "util/err.h"

#define PROGRAM_LINE_MAX 16384          /* what of a line is looked at */
#define PROGRAM_OUTPUT_MAX (256L << 20) /* bytes read at all */

/*
 * Runs argv[0], looked for in PATH and never through a shell, with an empty
 * standard input, and hands each line that it writes (to either stream, without
 * the newline, cut at PROGRAM_LINE_MAX) to take.  Returns its exit status; -1
 * with err when it could not be run, was killed or wrote too much.
 */
int program_read(const char *const *argv,
		 void (*take)(const char *line, void *arg), void *arg,
		 struct err *err);

#endif
