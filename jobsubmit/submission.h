/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the job_submit plugin does with a submission: the job gets its trace
 * context whatever path it came by (srun, sbatch, salloc, slurmrestd, the C
 * API, a host without our client plugin), and its comment shows the trace id
 * while it is still pending.
 */
#ifndef OTEL_JOBSUBMIT_SUBMISSION_H
#define OTEL_JOBSUBMIT_SUBMISSION_H

#include <stdbool.h>
#include <sys/types.h>

#include "config/config.h"
#include "jobsubmit/compat.h"
#include "trace/job_context.h"

/* The component of a heterogeneous job that came last: all of them are one
 * job, and slurmctld submits them one after the other. */
struct last_component {
	uid_t user;
	uint32_t offset; /* NO_VAL: the last job had no components */
	struct job_context context;
};

/*
 * Completes the job's description.  A valid context that a client's plugin
 * made stays as it is.  Never fails: where there is no memory the job goes on
 * with what it has.  Microseconds; slurmctld calls it under locks, one call at
 * a time.
 */
void submission_complete(const struct config *config, job_desc_msg_t *job,
			 uid_t user, struct last_component *last);

#endif
