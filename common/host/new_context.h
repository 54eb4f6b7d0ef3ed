/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The context of a new job, wherever it is submitted. */
#ifndef OTEL_HOST_NEW_CONTEXT_H
#define OTEL_HOST_NEW_CONTEXT_H

#include "config/config.h"
#include "trace/job_context.h"

/*
 * Makes the context of a new job from what the submitter's environment holds
 * (any of the texts may be NULL or hostile), by SubmitContext and Sampler.
 * Pure but for clock and random.
 */
void new_context(const struct config *config, const char *traceparent,
		 const char *tracestate, const char *baggage,
		 struct job_context *ret);

#endif
