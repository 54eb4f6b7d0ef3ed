/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TRACEPARENT and TRACESTATE in the environment of a batch job, so that what
 * the script runs joins the trace on nodes without our SPANK plugin, too.
 * With it, the batch step's span takes their place.
 */
#ifndef OTEL_JOBSUBMIT_BATCH_ENV_H
#define OTEL_JOBSUBMIT_BATCH_ENV_H

#include "jobsubmit/compat.h"
#include "trace/job_context.h"

/*
 * Settles context->root_id: a plain batch job gets a random one, whatever came
 * with it: a user could name another's span.  An array or a component of a
 * heterogeneous job has none, because its tasks and components share the
 * context.  To be called before the context is carried.
 */
void batch_env_choose_root(const job_desc_msg_t *job,
			   struct job_context *context);

/*
 * Names the job's root in the environment, or the given parent where the root
 * is not known yet; where there is neither, what stood there goes, since it
 * belongs to another trace.  Nothing for a job that brought no environment.  A
 * later attempt has the same environment: without our SPANK plugin, what it
 * runs stands below the root of the first.
 * Returns 0, or -1 when there is no memory.
 */
int batch_env_write(job_desc_msg_t *job, const struct job_context *context);

#endif
