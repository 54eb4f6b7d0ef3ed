/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Spans of a job that a node makes, and what all spans of this plugin share;
 * pure. */
#ifndef OTEL_SPANK_JOB_SPAN_H
#define OTEL_SPANK_JOB_SPAN_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "span/span.h"
#include "spank/job_file.h"

/* A job, as spans name it. */
struct job_name {
	uint32_t job_id;
	bool is_array_task;
	uint32_t array_job_id, array_task_id;
	uint32_t restart;
	const char *sluid; /* of that attempt; "" or NULL: not known */
};

/* A span with the limits of config, the tracestate of the job's context, its
 * identity and the node's name.  NULL without memory; the caller destroys it.
 * The same holds for the others. */
struct span *job_span_begin(const struct config *config,
			    const struct job_context *context,
			    const struct job_name *name, const char *node);

/* slurm.phase.setup: from the prolog to start_ns, the start of the first step.
 * job->context is that of this very job. */
struct span *setup_span_create(const struct config *config,
			       const struct job_file *job,
			       const struct job_name *name, const char *node,
			       uint64_t start_ns);

/* slurm.node of the job: from the prolog to end_ns.  As above. */
struct span *job_node_span_create(const struct config *config,
				  const struct job_file *job,
				  const struct job_name *name, const char *node,
				  uint64_t end_ns);

#endif
