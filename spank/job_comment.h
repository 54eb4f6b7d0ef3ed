/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks the agent to show the trace id of a job in its comment. */
#ifndef OTEL_SPANK_JOB_COMMENT_H
#define OTEL_SPANK_JOB_COMMENT_H

#include <stdint.h>

#include "config/config.h"
#include "spank/job_file.h"

/* On the job's first node, once an attempt, for any job: nothing is asked for
 * one whose trace is not exported, or where JobComment=none.  job->context is
 * that of the submission.  spool is the node's spool directory.  A failure is
 * logged. */
void job_comment_request(const struct config *config, int spool,
			 uint32_t job_id, const struct job_file *job);

#endif
