/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `slurm-otel trace`: which trace a job has. */
#ifndef OTEL_CLI_TRACE_H
#define OTEL_CLI_TRACE_H

/*
 * Prints the trace id of the job that argv names, as its comment shows it, and
 * the URL of TraceURL.  Asks scontrol, then sacct.  argv[0] is "trace".
 * Returns the exit status: 0 printed, 1 there is none, 2 for wrong arguments.
 */
int trace_main(int argc, char **argv);

#endif
