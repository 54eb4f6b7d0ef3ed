/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What becomes of the spans of a job: the sampling decision that its context
 * carries, seen through the site's configuration.  slurmctld and all nodes ask
 * here, so that they agree. */
#ifndef OTEL_HOST_FATE_H
#define OTEL_HOST_FATE_H

#include "config/config.h"
#include "trace/job_context.h"

enum trace_fate {
	TRACE_DROPPED,  /* no span is made */
	TRACE_EXPORTED, /* each span goes to the spool at once */
	TRACE_HELD, /* not sampled, but exported if the job fails: nodes hold
		     * its spans back until its epilog; see verdict.h */
};

/* Pure. */
enum trace_fate trace_fate_of(const struct config *config,
			      const struct job_context *context);

#endif
