/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages of the command line tool. */
#ifndef OTEL_CLI_SAY_H
#define OTEL_CLI_SAY_H

/*
 * Writes one line to stderr, "slurm-otel: " before it.  What it names may be
 * hostile (an argument, the name of a file): it is made fit for a terminal as
 * text.h says.
 */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
