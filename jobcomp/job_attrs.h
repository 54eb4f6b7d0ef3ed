/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A job's view as attributes and status of its spans. */
#ifndef OTEL_JOBCOMP_JOB_ATTRS_H
#define OTEL_JOBCOMP_JOB_ATTRS_H

#include "config/config.h"
#include "jobcomp/job_view.h"
#include "span/span.h"

/* What every span of a job carries. */
void job_attrs_identity(struct span *span, const struct job_view *view);
/* The queue phases. */
void job_attrs_queue(struct span *span, const struct job_view *view);
/* The root. */
void job_attrs_root(struct span *span, const struct config *config,
		    const struct job_view *view);
/* What the user gave with --trace-attr; none when any of it is not valid. */
void job_attrs_user(struct span *span, const struct job_view *view);
/*
 * The root's status by the job's final state: Error for FAILED, TIMEOUT,
 * OUT_OF_MEMORY, NODE_FAIL, BOOT_FAIL and DEADLINE; unset for all others, a
 * cancelled, preempted or requeued job among them.
 */
void job_attrs_status(struct span *span, const struct job_view *view);

#endif
