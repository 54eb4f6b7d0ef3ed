/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks for a job's comment; see job_comment.h. */
#include "spank/job_comment.h"

#include <string.h>

#include "host/fate.h"
#include "host/span_writer.h"
#include "span/comment.h"
#include "spank/compat.h"
#include "spool/spool.h"

void job_comment_request(const struct config *config, int spool,
			 uint32_t job_id, const struct job_file *job)
{
	const struct spool_options options = spool_options_of(config);
	const struct comment_request request = {
		.context = job->context,
		.cluster = job->cluster,
		.restart = job->restart,
	};
	char text[COMMENT_REQUEST_MAX + 1];
	struct err err;

	if (config->job_comment == JOB_COMMENT_NONE ||
	    trace_fate_of(config, &job->context) != TRACE_EXPORTED)
		return;
	comment_request_format(&request, text);
	if (spool_append(spool, &options, SPOOL_COMMENT, job_id, text,
			 strlen(text), &err) < 0)
		slurm_info(
			"otel: job %u: its comment will not show the trace id before its end: %s",
			job_id, err.msg);
}
