/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names the job's place in its trace to batch scripts; see batch_env.h. */
#include "jobsubmit/batch_env.h"

#include "jobsubmit/job_desc.h"

static bool is_plain(const job_desc_msg_t *job)
{
	return !job->array_inx && job->het_job_offset == NO_VAL;
}

void batch_env_choose_root(const job_desc_msg_t *job,
			   struct job_context *context)
{
	context->root_id = (struct span_id){ 0 };
	if (is_plain(job) && job->environment)
		span_id_mint(&context->root_id);
}

int batch_env_write(job_desc_msg_t *job, const struct job_context *context)
{
	const struct desc_list env = desc_environment(job);
	struct trace_context self = {
		.trace_id = context->trace_id,
		.span_id = span_id_valid(&context->root_id)
				   ? context->root_id
				   : context->parent_id,
		.flags = context->flags,
	};
	bool known = span_id_valid(&self.span_id);
	char text[TRACEPARENT_LEN + 1];

	if (!*env.list)
		return 0;
	traceparent_format(&self, text);
	if (desc_set(&env, "TRACEPARENT", known ? text : "") < 0)
		return -1;
	return desc_set(&env, "TRACESTATE", known ? context->tracestate : "");
}
