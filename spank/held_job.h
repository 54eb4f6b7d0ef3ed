/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SampleErrors: a job whose trace is held (host/fate.h) from its prolog on
 * this node, where the holding begins, to its epilog, which releases the spans
 * or drops them.  What goes wrong is logged, once a job.
 */
#ifndef OTEL_SPANK_HELD_JOB_H
#define OTEL_SPANK_HELD_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "host/fate.h"
#include "spank/job_file.h"

/* In the prolog, for any job; spool is the node's spool directory. */
void held_job_begin(const struct config *config, int spool, uint32_t job_id,
		    const struct job_file *job);

/* As held_job_begin, for a job whose context and attempt are not known: it may
 * be one. */
void held_job_begin_unknown(const struct config *config, int spool,
			    uint32_t job_id);

/* When a step begins or ends on this node, for any fate of its trace: a step
 * that only began was killed.  Microseconds. */
void held_step_note(const struct config *config, int spool,
		    enum trace_fate fate, uint32_t job_id, bool ends);

/* In the epilog, for any job, while its job file is there: by slurmctld's
 * verdict (host/verdict.h); without one, released when the exit code or the
 * derived exit code is not 0 (no extern step knows these), or a held span is an
 * error. */
void held_job_end(const struct config *config, int spool, uint32_t job_id);

/* At slurmd's start: what was held for jobs that this node took down when it
 * went down is released, and leftovers are removed. */
void held_jobs_sweep(const struct config *config, const char *spool_path);

#endif
