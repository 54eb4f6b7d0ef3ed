/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The head sampling decision, made once, where a job's context is made.
 * Sampler names and arguments are those of OTEL_TRACES_SAMPLER; ratios use
 * consistent probability sampling (OpenTelemetry, "TraceState: Probability
 * Sampling"): keep when R >= T, with R the last 56 bits of the trace id, or
 * rv of tracestate's ot member, and T = (1 - p) * 2^56.
 */
#ifndef OTEL_TRACE_SAMPLER_H
#define OTEL_TRACE_SAMPLER_H

#include <stdbool.h>

#include "trace/job_context.h"

enum sampler_kind {
	SAMPLER_ALWAYS_ON,
	SAMPLER_ALWAYS_OFF,
	SAMPLER_TRACEIDRATIO,
};

struct sampler {
	enum sampler_kind kind; /* decides where there is no parent */
	bool parent_based; /* a parent's sampled flag decides, if there is one
			    */
	double ratio;      /* 0 to 1, for SAMPLER_TRACEIDRATIO */
};

/*
 * Names as in OTEL_TRACES_SAMPLER, any case; ratio becomes 1, its default.
 * Returns 0, or -1 with ret untouched for any other name.
 */
int sampler_parse(const char *name, struct sampler *ret);

/*
 * Decides and writes the outcome into ctx: the sampled flag, and ot=th in
 * tracestate when a ratio decided to keep (T rounded to four hexadecimal
 * digits after its leading f digits, and that very T decides).  Any other th
 * is stale and goes, but for one of a sampled parent that R bears out.  All
 * other sub-keys of ot stay.  ctx->parent_id valid means there is a parent,
 * whose flag ctx->flags holds.
 */
void sampler_decide(const struct sampler *sampler, struct job_context *ctx);

/*
 * To be called before ctx->trace_id is replaced by an id derived from it:
 * when a ratio decided by the trace id (th, no rv), puts the bits that decided
 * into rv, so that th and the sampled flag stay true of the new id.
 */
void sampler_keep_randomness(struct job_context *ctx);

#endif
