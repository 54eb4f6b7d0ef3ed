/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Holds hand-written contexts to UserOptions; see enforce.h. */
#include "jobsubmit/enforce.h"

#include "jobsubmit/job_desc.h"
#include "trace/user_attrs.h"

void enforce_mode(const struct config *config, struct job_context *context)
{
	static const unsigned int needs[] = {
		[TRACE_MODE_DEFAULT] = 0,
		[TRACE_MODE_ON] = USER_OPTION_ON,
		[TRACE_MODE_OFF] = USER_OPTION_OFF,
		[TRACE_MODE_DETAIL] = USER_OPTION_DETAIL,
	};
	const unsigned int needed = needs[context->mode];

	if ((config->user_options & needed) == needed)
		return;
	context->mode = TRACE_MODE_DEFAULT;
	sampler_decide(&config->sampler, context);
}

void enforce_attributes(const struct config *config, job_desc_msg_t *job)
{
	struct desc_list spank = desc_spank_env(job);
	struct desc_list environment = desc_environment(job);
	const char *text = desc_get(&spank, JOB_ATTRIBUTES_VAR);
	struct user_attrs attrs;

	if (!text || ((config->user_options & USER_OPTION_ATTR) &&
		      user_attrs_parse(text, &attrs) == 0))
		return;
	desc_set(&spank, JOB_ATTRIBUTES_VAR, "");
	desc_set(&environment, SPANK_JOB_PREFIX JOB_ATTRIBUTES_VAR, "");
}
