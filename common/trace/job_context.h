/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trace context of a job: made at submission, carried with the job in
 * Slurm's spank_job_env (SPANK_OTEL_CONTEXT in prolog, epilog and slurmctld,
 * SLURM_SPANK_OTEL_CONTEXT in the job), and read wherever a span is made.
 * It travels through the user's hands: every reader treats it as hostile.
 *
 *   00-<trace id>-<parent id>-<flags>[;t=<submission, Unix ns>]
 *     [;l=<traceparent>][;r=<span id>][;m=<on|off|detail>]
 *
 * The first field looks like a traceparent, but an all-zero parent id means
 * that the job's root span has no parent.  l is the submitter's span where
 * that is not the parent, r the root span of the first attempt where it was
 * chosen at submission (of a heterogeneous job in the context of its first
 * component only), m what the user asked for with --trace.  A later version
 * may add fields of the form ;<name>=<value>.
 */
#ifndef OTEL_TRACE_JOB_CONTEXT_H
#define OTEL_TRACE_JOB_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace/baggage.h"
#include "trace/traceparent.h"
#include "trace/tracestate.h"

/* Names for spank_job_control_setenv(); Slurm puts the prefixes before them. */
#define JOB_CONTEXT_VAR "OTEL_CONTEXT"
#define JOB_TRACESTATE_VAR "OTEL_TRACESTATE"
#define JOB_BAGGAGE_VAR "OTEL_BAGGAGE"
#define JOB_ATTRIBUTES_VAR "OTEL_ATTRIBUTES" /* see user_attrs.h */
#define SPANK_PREFIX "SPANK_"           /* in prolog, epilog and job_record */
#define SPANK_JOB_PREFIX "SLURM_SPANK_" /* in the environment of the job */

#define JOB_CONTEXT_LEN_MAX 200

/* What the user asked for with --trace. */
enum trace_mode {
	TRACE_MODE_DEFAULT, /* nothing: the site's sampler decides */
	TRACE_MODE_ON,
	TRACE_MODE_OFF,    /* no span at all, whatever becomes of the job */
	TRACE_MODE_DETAIL, /* on, with a span for each node and task */
};

struct job_context {
	struct trace_id trace_id;
	struct span_id parent_id; /* all zero: the root has no parent */
	uint8_t flags;            /* known bits only */
	uint64_t submit_ns;       /* Unix time; 0: not known */
	bool has_link;
	struct trace_context
		link;           /* the submitter's span, when not the parent */
	struct span_id root_id; /* of the first attempt; all zero: derived */
	enum trace_mode mode;
	char tracestate[TRACESTATE_MAX + 1]; /* canonical, or "" */
	char baggage[BAGGAGE_MAX + 1];       /* canonical, or "" */
};

/*
 * Parses the text form.  Returns 0, or -1 with ret untouched when it is NULL,
 * longer than JOB_CONTEXT_LEN_MAX or malformed in any field.  Fields unknown
 * to this version are skipped.  tracestate and baggage become "".
 */
int job_context_parse(const char *text, struct job_context *ret);

/* Writes the text form and a NUL; ret holds JOB_CONTEXT_LEN_MAX + 1 bytes. */
void job_context_format(const struct job_context *ctx, char *ret);

/*
 * Parses the three carried values; tracestate and baggage may be NULL or bad,
 * which leaves them empty and does not fail.  Return as job_context_parse.
 */
int job_context_load(const char *context, const char *tracestate,
		     const char *baggage, struct job_context *ret);

/*
 * The context of a job that came without one: trace id derived from cluster
 * and job id, no parent, the given flags.
 */
void job_context_fallback(const char *cluster, uint32_t job_id, uint8_t flags,
			  struct job_context *ret);

/*
 * The id of the root span of one attempt: as chosen at submission for the
 * first one, else derived.  Whoever names the root asks here.
 */
void job_context_root_id(const struct job_context *ctx, const char *cluster,
			 uint32_t job_id, uint32_t restart,
			 struct span_id *ret);

/* "on", "off", "detail"; "" for TRACE_MODE_DEFAULT. */
const char *trace_mode_name(enum trace_mode mode);

/* The mode of that name, which is not empty and may be cut out of a longer
 * text.  Returns 0, or -1 with ret untouched. */
int trace_mode_parse(const char *name, size_t len, enum trace_mode *ret);

/*
 * Makes the context of one array task out of that of its array: a context
 * minted at submission (no parent) becomes a trace of its own, linked to the
 * submission (to the submitter's span, if it already has that link), with the
 * array's sampling decision; one that was given a parent stays in its trace.
 * A root chosen at submission is forgotten: each task has its own.
 */
void job_context_for_array_task(struct job_context *ctx, const char *cluster,
				uint32_t array_job_id, uint32_t job_id);

#endif
