/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decides what becomes of a job's spans; see fate.h. */
#include "host/fate.h"

enum trace_fate trace_fate_of(const struct config *config,
			      const struct job_context *context)
{
	if (context->mode == TRACE_MODE_OFF)
		return TRACE_DROPPED;
	if (context->flags & TRACE_FLAG_SAMPLED)
		return TRACE_EXPORTED;
	return config->sample_errors ? TRACE_HELD : TRACE_DROPPED;
}
