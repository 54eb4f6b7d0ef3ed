/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `slurm-otel stop`: ends the agents of this host. */
#ifndef OTEL_CLI_STOP_H
#define OTEL_CLI_STOP_H

/*
 * Runs the command; argv[0] is its name.  Returns the exit status of the
 * program: 0 they have ended, 1 one may still run, 2 usage.
 */
int stop_main(int argc, char **argv);

#endif
