/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What slurmctld tells the epilogs of a job whose trace is held (fate.h).
 *
 * An epilog knows exit codes and not the job's state: one that was cancelled
 * or lost a node looks like one that went well.  So the job completion plugin,
 * which knows, leaves its verdict in the job's spank_job_env; the message that
 * ends the job on its nodes is made from that right afterwards, and epilogs
 * find SPANK_OTEL_VERDICT.  The plugin writes the root by the same verdict: no
 * span that a node releases lacks its root.  The text is
 *
 *   <restart count of the attempt>:<keep|drop|spans>
 *
 * since spank_job_env outlives a requeue.  With "spans", a step was still on
 * its way when the job ended well: SPANK_OTEL_SPANS then holds the root and the
 * queue spans, in hexadecimal with a comma behind each, which every node that
 * has a failure to tell writes with its own.  A user who puts these there
 * himself is overwritten where the job completion plugin is at work.
 */
#ifndef OTEL_HOST_VERDICT_H
#define OTEL_HOST_VERDICT_H

#include <stddef.h>
#include <stdint.h>

#include "trace/ids.h"
#include "util/buf.h"

#define JOB_VERDICT_VAR "OTEL_VERDICT"
#define JOB_SPANS_VAR "OTEL_SPANS"
#define JOB_SPANS_TEXT_MAX (32 * 1024)
#define VERDICT_SIZE 24

enum trace_verdict {
	VERDICT_NONE, /* slurmctld said nothing of this attempt */
	VERDICT_KEEP,
	VERDICT_DROP,
	VERDICT_BY_SPANS, /* each node: kept when a span of its is an error */
};

/* Writes the text form and a NUL; ret holds VERDICT_SIZE bytes. */
void trace_verdict_format(uint32_t restart, enum trace_verdict verdict,
			  char *ret);

/* text comes through the user's hands, and may be NULL. */
enum trace_verdict trace_verdict_parse(const char *text, uint32_t restart);

/* Appends one serialised span to the text of JOB_SPANS_VAR. */
void trace_spans_format(const uint8_t *data, size_t len, struct buf *ret);

/*
 * Takes the next span out of that text, which *text walks along and which may
 * be hostile: it is a message with one trace id and one span id, no more is
 * certain.  The caller compares the trace id with that of the job.  Replaces
 * what ret holds.  Returns 1, or 0 at the end or at the first that is no span.
 */
int trace_spans_next(const char **text, struct buf *ret,
		     struct trace_id *ret_trace_id);

#endif
