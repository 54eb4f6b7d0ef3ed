/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The environment of a step's tasks; see step_env.h. */
#include "spank/step_env.h"

#include <stdio.h>

#include "spank/step_context.h"
#include "spank/step_wish.h"
#include "spank/submit.h"

static void replace_env(spank_t sp, const char *name, const char *value)
{
	if (*value)
		spank_setenv(sp, name, value, 1);
	else
		spank_unsetenv(sp, name);
}

/* To the steps that the batch script starts; see get_array in step.c. */
static void hand_on_array(spank_t sp, const struct step *step)
{
	char text[64];

	snprintf(text, sizeof(text), "%u:%u:%u", step->job_id,
		 step->array_job_id, step->array_task_id);
	replace_env(sp, STEP_ARRAY_VAR, step->is_array_task ? text : "");
}

static void hand_out_resource(spank_t sp, const struct step_resource *resource)
{
	if (*resource->attributes) {
		spank_setenv(sp, RESOURCE_VAR, resource->attributes, 1);
		spank_setenv(sp, RESOURCE_OURS_VAR, resource->ours, 1);
	}
	if (*resource->endpoint)
		spank_setenv(sp, ENDPOINT_VAR, resource->endpoint, 1);
}

void step_env_name_parent(spank_t sp, const struct step *step)
{
	char text[TRACEPARENT_LEN + 1];

	traceparent_format(&step->handed, text);
	replace_env(sp, "TRACEPARENT", text);
}

void step_env_hand_out(spank_t sp, const struct step *step,
		       const struct step_resource *resource)
{
	static const char *const ours_alone[] = { STEP_PARENT_VAR,
						  STEP_MODE_VAR,
						  STEP_ATTRIBUTES_VAR };

	step_env_name_parent(sp, step);
	replace_env(sp, "TRACESTATE", step->job.context.tracestate);
	replace_env(sp, "BAGGAGE", step->job.context.baggage);
	for (size_t i = 0; i < sizeof(ours_alone) / sizeof(ours_alone[0]); i++)
		spank_unsetenv(sp, ours_alone[i]);
	hand_out_resource(sp, resource);
	if (step->step_id == SLURM_BATCH_SCRIPT)
		hand_on_array(sp, step);
}
