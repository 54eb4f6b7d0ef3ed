/* SPDX-License-Identifier: GPL-2.0-or-later */
/* slurmctld's word to the epilogs of a job that is traced only if it fails. */
#ifndef OTEL_JOBCOMP_EPILOGS_H
#define OTEL_JOBCOMP_EPILOGS_H

#include <stdbool.h>

#include "config/config.h"
#include "jobcomp/job_view.h"
#include "span/span.h"
#include "trace/job_context.h"

/*
 * Leaves the verdict (host/verdict.h) for the epilogs of a job whose trace is
 * held, and of no other.  Returns true when the nodes decide by their spans:
 * the n spans are handed to them, to be written with theirs, and must not be
 * written here.  Not where no SPANK epilog runs: a root without its steps tells
 * more than steps without a root.  The caller holds slurmctld's job write lock.
 */
bool epilogs_tell(const struct config *config, struct job_record *job,
		  const struct job_view *view,
		  const struct job_context *context, struct span *const *spans,
		  int n);

#endif
