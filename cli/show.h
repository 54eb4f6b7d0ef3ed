/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `slurm-otel show`: draws traces from files of OTLP JSON lines. */
#ifndef OTEL_CLI_SHOW_H
#define OTEL_CLI_SHOW_H

/*
 * Runs the command; argv[0] is its name.  Returns the exit status of the
 * program: 0 drawn, 1 nothing matched or some input could not be read, 2
 * usage.
 */
int show_main(int argc, char **argv);

#endif
