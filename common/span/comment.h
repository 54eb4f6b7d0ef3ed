/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trace id in a job's comment: `trace_id=<32 hex>`, and the URL of the
 * trace where the site has a template for it, behind whatever the comment
 * held.  Also the request for it that a prolog leaves in the spool.
 */
#ifndef OTEL_SPAN_COMMENT_H
#define OTEL_SPAN_COMMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace/job_context.h"

#define COMMENT_KEY "trace_id="

/*
 * Composes the new comment of a job.  existing may be NULL; url_template may
 * be NULL, else every "{trace_id}" in it becomes the id.  Returns a malloc'ed
 * text that the caller frees; NULL when existing shows a trace id already, or
 * there is no memory.
 */
char *comment_compose(const char *existing, const struct trace_id *trace_id,
		      const char *url_template);

/* The first trace id that a comment shows.  False when it shows none. */
bool comment_find(const char *comment, struct trace_id *ret);

/* The request: what the agent needs to find the job's trace id. */
struct comment_request {
	struct job_context
		context; /* as submitted; only the text form travels */
	const char *cluster;
	uint32_t restart;
};

#define COMMENT_REQUEST_MAX (JOB_CONTEXT_LEN_MAX + 512)

/* "<job context>\n<cluster>\n<restart>\n"; ret holds COMMENT_REQUEST_MAX + 1.
 */
void comment_request_format(const struct comment_request *request, char *ret);

#endif
