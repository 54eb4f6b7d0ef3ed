/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mints or continues a trace; see new_context.h. */
#include "host/new_context.h"

#include <string.h>

#include "trace/sampler.h"
#include "util/clock.h"

static void adopt_parent(const struct trace_context *parent,
			 const char *tracestate, struct job_context *ctx)
{
	ctx->trace_id = parent->trace_id;
	ctx->parent_id = parent->span_id;
	ctx->flags = parent->flags;
	if (tracestate_normalize(tracestate, ctx->tracestate) < 0)
		ctx->tracestate[0] = '\0';
}

void new_context(const struct config *config, const char *traceparent,
		 const char *tracestate, const char *baggage,
		 struct job_context *ret)
{
	struct trace_context given;
	bool has_given = config->submit_context != SUBMIT_IGNORE &&
			 traceparent_parse(traceparent, &given) == 0;

	memset(ret, 0, sizeof(*ret));
	ret->submit_ns = clock_unix_ns();
	if (has_given && config->submit_context == SUBMIT_PARENT) {
		adopt_parent(&given, tracestate, ret);
	} else {
		if (trace_id_mint(&ret->trace_id))
			ret->flags = TRACE_FLAG_RANDOM;
		ret->has_link = has_given;
		if (has_given)
			ret->link = given;
	}
	if (config->submit_context != SUBMIT_IGNORE &&
	    baggage_normalize(baggage, ret->baggage) < 0)
		ret->baggage[0] = '\0';
	sampler_decide(&config->sampler, ret);
}
