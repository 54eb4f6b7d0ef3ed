/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Puts a job's times in order; see job_times.h. */
#include "jobcomp/job_times.h"

#include "util/clock.h"

#define CLOSE_NS (2 * NS_PER_SECOND)

static uint64_t to_ns(time_t seconds)
{
	return seconds > 0 ? (uint64_t)seconds * NS_PER_SECOND : 0;
}

/* The exact moment, when it can be the one that Slurm recorded. */
static uint64_t refine(uint64_t recorded, uint64_t exact)
{
	uint64_t gap = exact > recorded ? exact - recorded : recorded - exact;

	return exact && (!recorded || gap <= CLOSE_NS) ? exact : recorded;
}

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

void job_times_of(const struct job_view *view, uint64_t submit_ns,
		  uint64_t now_ns, struct job_times *ret)
{
	uint64_t eligible = to_ns(view->eligible);
	struct job_times times = { 0 };
	time_t end = view->end_time ? view->end_time
				    : (time_t)(now_ns / NS_PER_SECOND);

	/* a requeued job was submitted again, by slurmctld */
	times.submit =
		refine(to_ns(view->submit), view->restart ? 0 : submit_ns);
	if (!times.submit)
		times.submit = to_ns(view->start ? view->start : end);
	times.end = later(refine(to_ns(end), now_ns), times.submit);
	times.was_eligible = view->eligible > 0 && view->eligible <= end;
	/* A job that nothing holds back becomes eligible in the second of its
	 * submission or, an array task for one, in the next. */
	times.was_deferred =
		!times.was_eligible || view->eligible > view->submit + 1;
	times.start = view->start ? to_ns(view->start) : times.end;
	times.start = later(times.start, times.submit);
	if (times.start > times.end)
		times.start = times.end;
	if (!times.was_eligible)
		times.eligible = times.start;
	else if (times.was_deferred)
		times.eligible = later(eligible, times.submit);
	else
		times.eligible = times.submit;
	if (times.eligible > times.start)
		times.eligible = times.start;
	*ret = times;
}
