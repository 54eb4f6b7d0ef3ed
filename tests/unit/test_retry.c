/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Backoff of the agent. */
#include "agent/retry.h"

#include <criterion/criterion.h>

static const struct retry_policy policy = { .initial_ms = 1000,
					    .max_ms = 30000 };

Test(retry, policies_that_make_no_sense_still_wait)
{
	const struct retry_policy zero = { 0, 0 };
	const struct retry_policy crossed = { 5000, 100 };

	cr_assert_eq(retry_delay(&zero, 0, -1, UINT64_MAX), 1);
	cr_assert_eq(retry_delay(&zero, 100, -1, UINT64_MAX), 1);
	for (uint64_t r = 0; r < 10000; r += 7)
		cr_assert_leq(retry_delay(&crossed, 3, -1, r), 100);
}

/* The largest delay that any random number yields. */
static uint64_t bound(unsigned failures)
{
	uint64_t largest = 0;

	for (uint64_t r = 0; r < 70000; r++) {
		uint64_t d = retry_delay(&policy, failures, -1, r);

		cr_assert_geq(d, 1);
		largest = d > largest ? d : largest;
	}
	return largest;
}

Test(retry, grows_by_doubling_up_to_the_maximum)
{
	cr_assert_eq(bound(1), 1000);
	cr_assert_eq(bound(2), 2000);
	cr_assert_eq(bound(5), 16000);
	cr_assert_eq(bound(6), 30000);
	cr_assert_eq(bound(7), 30000);
	cr_assert_eq(bound(1000000), 30000);
}

Test(retry, has_full_jitter)
{
	cr_assert_eq(retry_delay(&policy, 3, -1, 0), 1);
	cr_assert_eq(retry_delay(&policy, 3, -1, 3999), 4000);
	cr_assert_eq(retry_delay(&policy, 3, -1, 4000), 1);
}

Test(retry, never_comes_before_the_receiver_wants)
{
	for (uint64_t r = 0; r < 5000; r += 3) {
		uint64_t d = retry_delay(&policy, 9, 2500, r);

		cr_assert_gt(d, 2500);
		cr_assert_leq(d, 3500);
	}
	/* and it is no reason to hurry either */
	cr_assert_gt(retry_delay(&policy, 1, 0, 0), 0);
}

Test(retry, a_receiver_may_not_send_us_away_for_ever)
{
	cr_assert_leq(retry_delay(&policy, 1, INT64_MAX, 0),
		      RETRY_AFTER_LIMIT_MS + policy.initial_ms);
}

Test(retry, random_numbers_differ)
{
	cr_assert_neq(retry_random(), retry_random());
}
