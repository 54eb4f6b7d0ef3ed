/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The spans that slurmctld alone can tell: the job itself and its wait in the
 * queue.  Pure: a job_view in, span values out.
 */
#ifndef OTEL_JOBCOMP_JOB_SPANS_H
#define OTEL_JOBCOMP_JOB_SPANS_H

#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "host/verdict.h"
#include "jobcomp/job_view.h"
#include "span/span.h"
#include "trace/job_context.h"

#define JOB_SPANS_MAX 3 /* deferred, queued, job */
#define JOB_WAIT_SPANS_MAX 2

/* The context of the job: as carried, else derived from cluster and job id;
 * made that of the task for an array task. */
void job_spans_context(const struct config *config, const struct job_view *view,
		       struct job_context *ret);

/*
 * What becomes of an attempt that is traced only if it fails.  Anything but
 * COMPLETED with exit code and derived exit code 0 is a failure.  Whether a
 * step failed whose end slurmctld has not seen is for its nodes to say: the
 * script that waited for its srun often ends first.  The components of a
 * heterogeneous job, whose spans have parents in one another, are kept
 * together, for such a step, too.
 */
enum trace_verdict job_spans_verdict(const struct job_view *view);

/*
 * Makes the spans of the wait that a start ends.  now_ns is when slurmctld told
 * us: the wait ends then, where that is within 2 s of the recorded start.
 * Returns how many stand in ret, which the caller destroys; 0 when the job is
 * not traced, when that is not known before its end, and when it got no nodes;
 * -1 without memory.
 */
int job_spans_of_wait(const struct config *config, const struct job_view *view,
		      const struct job_context *context, uint64_t now_ns,
		      struct span *ret[JOB_WAIT_SPANS_MAX]);

/*
 * Makes the spans of an ended attempt, the root last; those of its wait only
 * if they were not told when it started.  now_ns is when slurmctld told us.
 * Returns how many stand in ret, which the caller destroys, 0 when the job is
 * not traced; -1 without memory.
 */
int job_spans_create(const struct config *config, const struct job_view *view,
		     const struct job_context *context, uint64_t now_ns,
		     struct span *ret[JOB_SPANS_MAX]);

#endif
