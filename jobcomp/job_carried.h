/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What slurmctld keeps with a job for us, over its own restarts too: variables in
 * the job's spank_job_env, which its prologs and epilogs see as SPANK_<name>.  The
 * submission put the context there, and jobcomp what it has told of the job; the
 * functions that write are in job_view.h.  For job_view.c: the caller holds
 * slurmctld's job lock.
 */
#ifndef OTEL_JOBCOMP_JOB_CARRIED_H
#define OTEL_JOBCOMP_JOB_CARRIED_H

#include <stdbool.h>

struct job_record;

/* The value of name; borrowed from the record, any bytes; NULL: there is none. */
const char *job_carried(const struct job_record *job, const char *name);

/* Was job_view_set_told() called for the present attempt? */
bool job_is_told(const struct job_record *job);

/* Did job_view_note_start() say of it that its wait is told? */
bool job_is_wait_told(const struct job_record *job);

#endif
