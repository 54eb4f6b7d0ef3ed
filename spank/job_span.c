/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes the spans of a job on a node; see job_span.h. */
#include "spank/job_span.h"

#include <inttypes.h>
#include <stdio.h>

#include "span/attrs.h"
#include "span/limits.h"

static void set_name(struct span *span, const struct job_name *name)
{
	char id[32];

	if (name->is_array_task) {
		snprintf(id, sizeof(id), "%" PRIu32 "_%" PRIu32,
			 name->array_job_id, name->array_task_id);
		span_set_str(span, ATTR_JOB_ID, id);
		snprintf(id, sizeof(id), "%" PRIu32, name->array_job_id);
		span_set_str(span, ATTR_ARRAY_JOB_ID, id);
		snprintf(id, sizeof(id), "%" PRIu32, name->array_task_id);
		span_set_str(span, ATTR_ARRAY_TASK_ID, id);
	}
	snprintf(id, sizeof(id), "%" PRIu32, name->job_id);
	if (!name->is_array_task)
		span_set_str(span, ATTR_JOB_ID, id);
	span_set_str(span, ATTR_JOB_ID_RAW, id);
	span_set_int(span, ATTR_RESTART_COUNT, name->restart);
	if (name->sluid && *name->sluid)
		span_set_str(span, ATTR_SLUID, name->sluid);
}

struct span *job_span_begin(const struct config *config,
			    const struct job_context *context,
			    const struct job_name *name, const char *node)
{
	const struct span_limits limits = span_limits_of(config);
	struct span *span = span_create(&limits);

	if (!span)
		return NULL;
	span_set_tracestate(span, context->tracestate);
	set_name(span, name);
	span_set_str(span, ATTR_NODE_NAME, node);
	return span;
}

/* A child of the job's root that begins with the prolog. */
static struct span *child_of_root(const struct config *config,
				  const struct job_file *job,
				  const struct job_name *name, const char *node,
				  enum span_what what, uint64_t end_ns)
{
	const struct span_key key = {
		.trace_id = &job->context.trace_id,
		.cluster = job->cluster,
		.job_id = name->job_id,
		.restart = job->restart,
		.what = what,
		.node = node,
	};
	struct trace_context self = { .trace_id = job->context.trace_id,
				      .flags = job->context.flags };
	struct span *span = job_span_begin(config, &job->context, name, node);
	struct span_id root;

	if (!span)
		return NULL;
	span_id_derive(&key, &self.span_id);
	job_context_root_id(&job->context, job->cluster, name->job_id,
			    job->restart, &root);
	span_set_context(span, &self, &root, false);
	span_set_times(span, job->prolog_ns, end_ns);
	return span;
}

struct span *setup_span_create(const struct config *config,
			       const struct job_file *job,
			       const struct job_name *name, const char *node,
			       uint64_t start_ns)
{
	struct span *span =
		child_of_root(config, job, name, node, SPAN_SETUP, start_ns);

	if (span)
		span_set_name(span, "slurm.phase.setup");
	return span;
}

struct span *job_node_span_create(const struct config *config,
				  const struct job_file *job,
				  const struct job_name *name, const char *node,
				  uint64_t end_ns)
{
	struct span *span =
		child_of_root(config, job, name, node, SPAN_JOB_NODE, end_ns);

	if (!span)
		return NULL;
	span_set_name(span, "slurm.node");
	span_set_str(span, ATTR_HOST_NAME, node);
	if (job->state.dropped)
		span_set_int(span, ATTR_NODE_DROPPED, job->state.dropped);
	return span;
}
