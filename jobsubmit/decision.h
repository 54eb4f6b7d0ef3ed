/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sampling decision where all jobs of a cluster pass: by what the user
 * asked for, by the parent's decision, by SampleRule, by Sampler, and at last
 * by MaxTracesPerSecond.
 */
#ifndef OTEL_JOBSUBMIT_DECISION_H
#define OTEL_JOBSUBMIT_DECISION_H

#include <stdint.h>
#include <sys/types.h>

#include "config/config.h"
#include "jobsubmit/compat.h"
#include "jobsubmit/token_bucket.h"
#include "jobsubmit/user_names.h"
#include "trace/job_context.h"

/* What is remembered from one decision to the next.  All zero: nothing. */
struct decisions {
	struct user_names users;
	struct token_bucket bucket;
	uint64_t limited;      /* jobs, since it was said last */
	uint64_t last_said_ns; /* 0: never */
};

/*
 * Decides, and writes the outcome into context as sampler_decide does, whose
 * earlier outcome counts for nothing unless it was a parent's.  user submits
 * the job.  Microseconds, but for a user's name that a rule wants and that was
 * not asked for lately.  Says once a minute at most how many were left out by
 * MaxTracesPerSecond.
 */
void decision_make(const struct config *config, const job_desc_msg_t *job,
		   uid_t user, struct decisions *decisions,
		   struct job_context *context);

#endif
