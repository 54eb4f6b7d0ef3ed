/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Composes job comments; see comment.h. */
#include "span/comment.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "util/buf.h"
#include "util/hex.h"

#define PLACEHOLDER "{trace_id}"

bool comment_find(const char *comment, struct trace_id *ret)
{
	while ((comment = strstr(comment, COMMENT_KEY))) {
		comment += sizeof(COMMENT_KEY) - 1;
		if (strnlen(comment, TRACE_ID_HEX) == TRACE_ID_HEX &&
		    hex_decode(comment, TRACE_ID_SIZE, ret->b) == 0)
			return true;
	}
	return false;
}

static void put_url(struct buf *out, const char *template, const char *id)
{
	const char *hit;

	while ((hit = strstr(template, PLACEHOLDER))) {
		buf_append(out, template, (size_t)(hit - template));
		buf_puts(out, id);
		template = hit + sizeof(PLACEHOLDER) - 1;
	}
	buf_puts(out, template);
}

char *comment_compose(const char *existing, const struct trace_id *trace_id,
		      const char *url_template)
{
	struct buf out = BUF_INIT;
	char id[TRACE_ID_HEX + 1];
	struct trace_id shown;

	if (existing && comment_find(existing, &shown))
		return NULL;
	trace_id_format(trace_id, id);
	if (existing && *existing) {
		buf_puts(&out, existing);
		buf_putc(&out, ' ');
	}
	buf_printf(&out, COMMENT_KEY "%s", id);
	if (url_template) {
		buf_putc(&out, ' ');
		put_url(&out, url_template, id);
	}
	buf_putc(&out, '\0');
	if (out.failed) {
		buf_free(&out);
		return NULL;
	}
	return (char *)out.data;
}

void comment_request_format(const struct comment_request *request, char *ret)
{
	char context[JOB_CONTEXT_LEN_MAX + 1];

	job_context_format(&request->context, context);
	snprintf(ret, COMMENT_REQUEST_MAX + 1, "%s\n%.255s\n%" PRIu32 "\n",
		 context, request->cluster ? request->cluster : "",
		 request->restart);
}
