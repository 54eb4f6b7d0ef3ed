/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rate limit of the job_submit plugin, with a clock of the test's own. */
#include "jobsubmit/token_bucket.h"

#include <criterion/criterion.h>

#define MS UINT64_C(1000000)

static struct token_bucket bucket;

static unsigned int take(unsigned int wanted, uint64_t per_second, uint64_t now)
{
	unsigned int taken = 0;

	while (wanted--)
		taken += token_bucket_take(&bucket, per_second, now);
	return taken;
}

Test(token_bucket, begins_with_a_seconds_worth)
{
	cr_assert_eq(take(100, 5, 0), 5);
	cr_assert_eq(take(100, 5, 199 * MS), 0);
	cr_assert_eq(take(100, 5, 200 * MS), 1);
	cr_assert_eq(take(100, 5, 1000 * MS), 4);
}

Test(token_bucket, holds_no_more_than_that)
{
	cr_assert_eq(take(3, 3, 1), 3);
	cr_assert_eq(take(100, 3, UINT64_C(1) << 62), 3);
	cr_assert_eq(take(100, 3, UINT64_MAX), 3);
}

Test(token_bucket, one_a_second)
{
	cr_assert_eq(take(2, 1, 5 * MS), 1);
	cr_assert_eq(take(2, 1, 1004 * MS), 0);
	cr_assert_eq(take(2, 1, 1005 * MS), 1);
}

Test(token_bucket, nothing_is_lost_in_small_steps)
{
	unsigned int taken = take(100, 7, 0);

	for (uint64_t now = 1; now <= 10000; now++)
		taken += take(1, 7, now * MS);
	cr_assert_eq(taken, 77);
}

Test(token_bucket, the_rate_may_change)
{
	cr_assert_eq(take(2000000, 1000000, 0), 1000000);
	cr_assert_eq(take(10, 2, 0), 0);
	cr_assert_eq(take(10, 2, 500 * MS), 1);
	cr_assert_eq(take(10, 1000000, 501 * MS), 10);
	cr_assert_eq(take(10, 2, 3000 * MS), 2);
}
