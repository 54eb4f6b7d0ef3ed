/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `slurm-otel detail`: how much the traces of this node tell, raised for a
 * while without a restart.
 */
#ifndef OTEL_CLI_DETAIL_H
#define OTEL_CLI_DETAIL_H

/*
 * argv[0] is "detail".  Returns the exit status: 0 done, 1 when a spool could
 * not be looked at or changed or there is none, 2 for wrong arguments.
 */
int detail_main(int argc, char **argv);

#endif
