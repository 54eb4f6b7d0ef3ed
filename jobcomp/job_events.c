/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adds events to a job's root span; see job_events.h. */
#include "jobcomp/job_events.h"

#include <string.h>

#include "jobcomp/job_exit.h"
#include "span/attrs.h"
#include "util/clock.h"

/* Within the job: whole seconds lie before the nanoseconds of its start, and
 * the clock may have stepped. */
static void add_at(struct span *span, const struct job_times *times,
		   time_t when, const char *name)
{
	uint64_t time_ns = (uint64_t)when * NS_PER_SECOND;

	if (when <= 0)
		return;
	if (time_ns < times->start)
		time_ns = times->start;
	if (time_ns > times->end)
		time_ns = times->end;
	span_add_event(span, time_ns, name, NULL, NULL);
}

static bool is_state(const struct job_view *view, const char *state)
{
	return view->state && !strcmp(view->state, state);
}

static void add_signal(struct span *span, const struct job_view *view,
		       const struct job_times *times)
{
	struct exit_status status;

	if (job_exit_describe(view, &status) && status.signal)
		span_add_event(span, times->end, "signal", ATTR_ERROR_TYPE,
			       status.error_type);
}

void job_events_add(struct span *span, const struct job_view *view,
		    const struct job_times *times)
{
	add_at(span, times, view->resized, "resize");
	add_at(span, times, view->suspended_since, "suspend");
	add_at(span, times, view->resumed, "resume");
	add_signal(span, view, times);
	if (is_state(view, "OUT_OF_MEMORY"))
		span_add_event(span, times->end, "oom", NULL, NULL);
	if (view->end == JOB_REQUEUED)
		span_add_event(span, times->end, "requeue", ATTR_STATE,
			       view->state);
}
