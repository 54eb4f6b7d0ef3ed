/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the SDK of an instrumented application finds in its environment, so
 * that its spans name the job and find their way: OTEL_RESOURCE_ATTRIBUTES
 * (ResourceAttributesInJob) and OTEL_EXPORTER_OTLP_ENDPOINT (JobEndpoint).
 */
#ifndef OTEL_SPANK_STEP_RESOURCE_H
#define OTEL_SPANK_STEP_RESOURCE_H

#include "config/config.h"
#include "spank/step.h"

#define RESOURCE_VAR "OTEL_RESOURCE_ATTRIBUTES"
#define RESOURCE_MAX 8192 /* bytes of it that we are willing to write */
#define ENDPOINT_VAR "OTEL_EXPORTER_OTLP_ENDPOINT"
#define TRACES_ENDPOINT_VAR "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"

/* What we wrote into OTEL_RESOURCE_ATTRIBUTES: a step inside this one, or a job
 * submitted by it, takes it out again. */
#define RESOURCE_OURS_VAR "SLURM_OTEL_RESOURCE"

/* Each text is "" where the variable stays as it is. */
struct step_resource {
	char attributes[RESOURCE_MAX + 1];
	char ours[RESOURCE_MAX + 1];
	const char *endpoint; /* borrowed from config */
};

/*
 * Makes them from the environment of the step (env: NULL-terminated, hostile,
 * may be NULL).  Keys that the user has set are kept as they are, and ours of
 * that name are left out; where the user's list can not be parsed, or ours does
 * not fit beside it, it is left alone.  Pure.
 */
void step_resource_make(const struct config *config, char *const *env,
			const struct step *step, struct step_resource *ret);

#endif
