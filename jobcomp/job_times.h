/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Slurm keeps whole seconds and clocks step back: this makes moments in
 * nanoseconds of them that are in order.
 */
#ifndef OTEL_JOBCOMP_JOB_TIMES_H
#define OTEL_JOBCOMP_JOB_TIMES_H

#include <stdbool.h>
#include <stdint.h>

#include "jobcomp/job_view.h"

/* Unix nanoseconds; submit <= eligible <= start <= end. */
struct job_times {
	uint64_t submit, eligible, start, end;
	bool was_deferred; /* it had to wait before it could be queued */
	bool was_eligible; /* it got into the queue at all */
};

/*
 * submit_ns is the client's own clock at submission (0: not known): used for
 * the first attempt when it lies within 2 s of what slurmctld recorded, the
 * same holds for now_ns and the recorded end of any attempt.
 */
void job_times_of(const struct job_view *view, uint64_t submit_ns,
		  uint64_t now_ns, struct job_times *ret);

#endif
