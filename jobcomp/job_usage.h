/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a job had, for how long, and what that cost. */
#ifndef OTEL_JOBCOMP_JOB_USAGE_H
#define OTEL_JOBCOMP_JOB_USAGE_H

#include "config/config.h"
#include "jobcomp/job_view.h"
#include "span/span.h"

/*
 * Adds each allocated TRES, the number of GPUs, CPU and GPU hours (the time it
 * was suspended left out; a job whose size was changed counts as having had the
 * last size throughout, since Slurm keeps no other), and the cost where the
 * site has set what an hour costs.
 */
void job_usage_add(struct span *span, const struct config *config,
		   const struct job_view *view);

#endif
