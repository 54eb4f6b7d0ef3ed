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
#include "jobsubmit/decision.h"
#include "trace/job_context.h"

/* The component of a heterogeneous job that came last: all of them are one
 * job, and slurmctld submits them one after the other. */
struct last_component {
	uid_t user;
	uint32_t offset; /* NO_VAL: there was none */
	struct job_context context;
};

/* What is remembered from one submission to the next. */
struct submissions {
	struct last_component last;
	struct decisions decisions;
};

/*
 * Completes the job's description: gives it a context unless a client's plugin
 * made a valid one, decides on sampling, names its root to a batch script, and
 * shows the trace id in its comment.
 *
 * at_allocation: slurmctld starts prologs itself (PrologFlags=Alloc), so that
 * nodes see what is decided here.  Without it a node learns the context of a
 * job of srun or salloc from srun, and one that the client's plugin made
 * therefore keeps the client's decision: else a trace would lack its root, or
 * everything but that.
 *
 * Never fails: where there is no memory the job goes on with what it has.
 * Microseconds (see decision_make); slurmctld calls it under locks, one call
 * at a time.
 */
void submission_complete(const struct config *config, bool at_allocation,
			 job_desc_msg_t *job, uid_t user,
			 struct submissions *submissions);

#endif
