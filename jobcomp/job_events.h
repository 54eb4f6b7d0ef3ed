/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What befell a job on its way, as events of its root span. */
#ifndef OTEL_JOBCOMP_JOB_EVENTS_H
#define OTEL_JOBCOMP_JOB_EVENTS_H

#include "jobcomp/job_times.h"
#include "jobcomp/job_view.h"
#include "span/span.h"

/*
 * Adds, where the job's record tells of them:
 *   resize   the latest change of its size
 *   suspend  when it was suspended, if it was so to its end
 *   resume   when it was resumed the last time
 *   signal   its script was killed by a signal; at the end
 *   oom      memory ran out; at the end
 *   requeue  it waits again; at the end
 * Slurm keeps no more of a job's suspensions and sizes than the last change.
 */
void job_events_add(struct span *span, const struct job_view *view,
		    const struct job_times *times);

#endif
