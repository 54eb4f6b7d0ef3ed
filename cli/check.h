/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `slurm-otel check`: what the configuration says, where each value comes
 * from, and what is wrong with it.
 */
#ifndef OTEL_CLI_CHECK_H
#define OTEL_CLI_CHECK_H

/*
 * Reads the configuration as the daemons do, but to the end however many
 * mistakes it has, and prints it to stdout.  argv[0] is "check".  Returns the
 * exit status: 0 without mistakes (there may be warnings), 1 with mistakes or
 * when stdout can not be written, 2 for wrong arguments.
 */
int check_main(int argc, char **argv);

#endif
