/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells the epilogs what becomes of a held trace; see epilogs.h. */
#include "jobcomp/epilogs.h"

#include "host/fate.h"
#include "host/verdict.h"
#include "jobcomp/job_spans.h"
#include "util/buf.h"
#include "util/cleanup.h"

static void tell(struct job_record *job, const struct job_view *view,
		 enum trace_verdict verdict)
{
	char text[VERDICT_SIZE];

	trace_verdict_format(view->restart, verdict, text);
	job_view_tell_epilogs(job, JOB_VERDICT_VAR, text);
}

/* False when they can not be handed on: no memory, or too large. */
static bool hand_on(struct job_record *job, struct span *const *spans, int n)
{
	_cleanup_buf_ struct buf text = BUF_INIT;

	for (int i = 0; i < n; i++) {
		_cleanup_free_ uint8_t *data = NULL;
		size_t len;

		if (span_encode(spans[i], &data, &len, NULL) < 0)
			return false;
		trace_spans_format(data, len, &text);
	}
	buf_putc(&text, '\0');
	if (n <= 0 || text.failed || text.len > JOB_SPANS_TEXT_MAX)
		return false;
	job_view_tell_epilogs(job, JOB_SPANS_VAR, (const char *)text.data);
	return true;
}

bool epilogs_tell(const struct config *config, struct job_record *job,
		  const struct job_view *view,
		  const struct job_context *context, struct span *const *spans,
		  int n)
{
	enum trace_verdict verdict = job_spans_verdict(view);

	if (trace_fate_of(config, context) != TRACE_HELD)
		return false;
	/* those of an attempt before, which slurmctld would save and send on */
	job_view_tell_epilogs(job, JOB_SPANS_VAR, NULL);
	if (verdict == VERDICT_BY_SPANS &&
	    (!job_view_has_epilogs() || !hand_on(job, spans, n)))
		verdict = VERDICT_KEEP;
	tell(job, view, verdict);
	return verdict == VERDICT_BY_SPANS;
}
