/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells of a job on this node; see job_node.h. */
#include "spank/job_node.h"

#include "host/fate.h"
#include "spank/compat.h"
#include "spank/job_span.h"
#include "spank/sink.h"
#include "util/clock.h"

enum detail job_detail(const struct config *config,
		       const struct job_context *context, int spool,
		       uint64_t now_ns, const struct detail_subject *subject)
{
	enum detail level = config->detail, raised;

	/* the context came through the user's hands */
	if (context->mode == TRACE_MODE_DETAIL &&
	    config->user_options & USER_OPTION_DETAIL)
		level = DETAIL_TASK;
	if (spool < 0 || level == DETAIL_TASK)
		return level;
	raised = detail_file_level(spool, now_ns / NS_PER_SECOND, subject);
	return raised > level ? raised : level;
}

static enum detail level_of(const struct config *config, int spool,
			    const struct job_file *job,
			    const struct job_name *name, uint64_t now_ns)
{
	const struct detail_subject subject = {
		.job_id = name->job_id,
		.array_job_id = name->array_job_id,
		.uid = job->uid,
		.partition = job->partition,
	};

	return job_detail(config, &job->context, spool, now_ns, &subject);
}

static int write_span(const struct config *config, int spool, uint32_t job_id,
		      const char *node, struct job_file *job, struct err *err)
{
	const uint64_t now_ns = clock_unix_ns();
	const struct job_name name = {
		.job_id = job_id,
		.is_array_task = job->state.kind == JOB_KIND_ARRAY_TASK,
		.array_job_id = job->state.array_job_id,
		.array_task_id = job->state.array_task_id,
		.restart = job->restart,
		.sluid = job->sluid,
	};
	struct span *span;
	int rc;

	if (name.is_array_task)
		job_context_for_array_task(&job->context, job->cluster,
					   name.array_job_id, job_id);
	if (level_of(config, spool, job, &name, now_ns) == DETAIL_STEP &&
	    !job->state.dropped)
		return 0;
	span = job_node_span_create(config, job, &name, node, now_ns);
	rc = sink_write(config, spool, trace_fate_of(config, &job->context),
			job_id, &span, 1, err);
	span_destroy(span);
	return rc;
}

void job_node_write(const struct config *config, int spool, uint32_t job_id,
		    const char *node)
{
	struct job_file job;
	struct err err;

	if (!node || job_file_read(spool, job_id, &job, &err) <= 0 ||
	    job.state.kind == JOB_KIND_UNKNOWN)
		return;
	if (write_span(config, spool, job_id, node, &job, &err) < 0)
		slurm_info("otel: job %u: span of this node dropped: %s",
			   job_id, err.msg);
}
