/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `slurm-otel status`: what the agents of this host do, and what waits. */
#ifndef OTEL_CLI_STATUS_H
#define OTEL_CLI_STATUS_H

/*
 * Runs the command; argv[0] is its name.  Returns the exit status of the
 * program: 0 all is well, 1 something needs attention, 2 usage.
 */
int status_main(int argc, char **argv);

#endif
