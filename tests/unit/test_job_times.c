/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A job's times in order, whatever Slurm recorded. */
#include "jobcomp/job_times.h"

#include <criterion/criterion.h>

#include "support.h"
#include "util/clock.h"

#define S NS_PER_SECOND

static struct job_times times(const struct job_view *view, uint64_t submit_ns,
			      uint64_t now_ns)
{
	struct job_times ret;

	job_times_of(view, submit_ns, now_ns, &ret);
	return ret;
}

Test(job_times, uses_exact_moments_that_fit_the_recorded_seconds)
{
	const struct job_view view = { .submit = 1000,
				       .eligible = 1000,
				       .start = 1003,
				       .end_time = 1010 };
	struct job_times t = times(&view, 1000 * S + 250, 1010 * S + 700);

	cr_assert_eq(t.submit, 1000 * S + 250);
	cr_assert_eq(t.eligible, 1000 * S + 250);
	cr_assert_eq(t.start, 1003 * S);
	cr_assert_eq(t.end, 1010 * S + 700);
	cr_assert(t.was_eligible);
	cr_assert_not(t.was_deferred);
}

Test(job_times, a_quick_requeue_begins_when_slurmctld_submits_it_again)
{
	const struct job_view view = { .restart = 1,
				       .submit = 1001,
				       .eligible = 1001,
				       .start = 1003,
				       .end_time = 1010 };
	struct job_times t = times(&view, 1000 * S + 250, 1010 * S + 700);

	cr_assert_eq(t.submit, 1001 * S);
	cr_assert_eq(t.end, 1010 * S + 700);
}

Test(job_times, keeps_recorded_seconds_when_the_exact_moment_is_far)
{
	const struct job_view view = { .submit = 1000,
				       .eligible = 1000,
				       .start = 1003,
				       .end_time = 1010 };
	struct job_times t = times(&view, 900 * S, 1013 * S);

	cr_assert_eq(t.submit, 1000 * S);
	cr_assert_eq(t.end, 1010 * S);
}

Test(job_times, knows_a_deferred_job)
{
	const struct job_view view = { .submit = 1000,
				       .eligible = 1060,
				       .start = 1061,
				       .end_time = 1062 };
	struct job_times t = times(&view, 0, 1062 * S);

	cr_assert(t.was_deferred);
	cr_assert_eq(t.eligible, 1060 * S);
}

Test(job_times, next_second_is_not_deferred)
{
	const struct job_view view = { .submit = 1000,
				       .eligible = 1001,
				       .start = 1001,
				       .end_time = 1002 };
	struct job_times t = times(&view, 1000 * S + 990000000, 1002 * S);

	cr_assert_not(t.was_deferred);
	cr_assert(t.was_eligible);
	cr_assert_eq(t.eligible, t.submit);
}

Test(job_times, job_that_never_got_into_the_queue)
{
	const struct job_view view = {
		.submit = 1000, .eligible = 0, .start = 1050, .end_time = 1050
	};
	struct job_times t = times(&view, 0, 1050 * S);

	cr_assert_not(t.was_eligible);
	cr_assert(t.was_deferred);
	cr_assert_eq(t.eligible, t.start);
}

Test(job_times, cancelled_while_held_until_a_day_to_come)
{
	const struct job_view view = { .submit = 1000,
				       .eligible = 90000,
				       .start = 1050,
				       .end_time = 1050 };
	struct job_times t = times(&view, 0, 1050 * S);

	cr_assert_not(t.was_eligible);
	cr_assert_eq(t.end, 1050 * S);
	cr_assert_eq(t.eligible, 1050 * S);
}

Test(job_times, are_in_order_whatever_is_recorded)
{
	uint64_t seed = 42;

	for (int i = 0; i < 200000; i++) {
		struct job_view view = {
			.submit = (time_t)random_below(&seed, 8),
			.eligible = (time_t)random_below(&seed, 8),
			.start = (time_t)random_below(&seed, 8),
			.end_time = (time_t)random_below(&seed, 8),
		};
		struct job_times t = times(&view, random_below(&seed, 8 * S),
					   random_below(&seed, 8 * S));

		cr_assert_leq(t.submit, t.eligible);
		cr_assert_leq(t.eligible, t.start);
		cr_assert_leq(t.start, t.end);
	}
}
