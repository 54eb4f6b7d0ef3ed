/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which exit codes of jobs tell of a process. */
#ifndef OTEL_JOBCOMP_JOB_EXIT_H
#define OTEL_JOBCOMP_JOB_EXIT_H

#include <stdbool.h>

#include "jobcomp/job_view.h"
#include "span/exit_status.h"

/*
 * Describes the job's exit code in *ret, for its notation at least.  False for
 * one that no process ended with: Slurm gives 1 to jobs that it ended or did
 * not let run (past its deadline or its time, no room at once, a node that did
 * not boot), 253 (SIG_OOM) when memory ran out, and the number of slurmstepd's
 * error (4021) when it could not launch the batch script, which as wait
 * statuses tell of SIGHUP and of signals that are none.  So a signal counts for
 * a FAILED job that ran, where nothing but a signal is told, and for no other.
 */
bool job_exit_describe(const struct job_view *view, struct exit_status *ret);

#endif
