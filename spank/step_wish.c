/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A step's own options, from srun to slurmstepd; see step_wish.h. */
#include "spank/step_wish.h"

#include <stdlib.h>
#include <string.h>

#include "spank/env_list.h"
#include "spank/step_span.h"

static void put(const char *name, const char *value)
{
	if (*value)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

void step_wish_hand_on(const struct wish *wish)
{
	char attributes[USER_ATTRS_TEXT_MAX + 1];

	user_attrs_format(&wish->attrs, attributes);
	put(STEP_MODE_VAR, trace_mode_name(wish->mode));
	put(STEP_ATTRIBUTES_VAR, attributes);
}

static enum trace_mode wished_mode(const struct config *config,
				   char *const *env)
{
	const char *text = env_get(env, STEP_MODE_VAR);
	struct wish wish = { 0 };

	if (text)
		wish_take(config, true, OPTION_TRACE, text, &wish, NULL);
	return wish.mode;
}

static void leave_out(struct step *step)
{
	step->fate = TRACE_DROPPED;
	step->handed.span_id = step->parent;
	step->handed.flags &= (uint8_t)~TRACE_FLAG_SAMPLED;
}

void step_wish_heed(const struct config *config, char *const *env,
		    struct step *step)
{
	enum trace_mode mode;

	/* a batch step's environment is the job's, and these are for steps */
	if (!step_spans_nodes(step))
		return;
	mode = wished_mode(config, env);
	if (mode == TRACE_MODE_OFF)
		leave_out(step);
	else if (mode == TRACE_MODE_DETAIL && step->fate != TRACE_DROPPED)
		step->job.context.mode = TRACE_MODE_DETAIL;
	if (config->user_options & USER_OPTION_ATTR)
		user_attrs_parse(env_get(env, STEP_ATTRIBUTES_VAR),
				 &step->attrs);
}
