/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The circuit breaker of an endpoint. */
#include "agent/breaker.h"

#include <limits.h>

#include <criterion/criterion.h>

#define NOW 1000000

static const struct breaker_policy policy = {
	.retry = { .initial_ms = 1000, .max_ms = 4000 },
	.threshold = 3,
	.reset_ms = 30000,
};

static bool fail(struct breaker *breaker, int64_t retry_after_ms,
		 uint64_t random)
{
	return breaker_failed(breaker, &policy, NOW, retry_after_ms, random);
}

static struct breaker opened(void)
{
	struct breaker breaker = { 0 };

	for (uint64_t i = 0; i < policy.threshold; i++)
		fail(&breaker, -1, 0);
	return breaker;
}

Test(breaker, a_policy_that_makes_no_sense_still_rests)
{
	const struct breaker_policy zero = { 0 };
	struct breaker breaker = { .failures = UINT_MAX };

	cr_assert(breaker_failed(&breaker, &zero, NOW, -1, UINT64_MAX));
	cr_assert_eq(breaker.failures, UINT_MAX);
	cr_assert_not(breaker_allows(&breaker, NOW));
	cr_assert(breaker_allows(&breaker, NOW + 1));
}

Test(breaker, a_new_one_is_closed)
{
	struct breaker breaker = { 0 };

	cr_assert_eq(breaker_state(&breaker), BREAKER_CLOSED);
	cr_assert(breaker_allows(&breaker, 0));
	cr_assert_not(breaker_begin(&breaker));
	cr_assert_not(breaker_succeeded(&breaker));
}

Test(breaker, failures_below_the_threshold_are_backoff)
{
	struct breaker breaker = { 0 };

	for (uint64_t i = 1; i < policy.threshold; i++) {
		cr_assert_not(fail(&breaker, -1, UINT64_MAX));
		cr_assert_eq(breaker_state(&breaker), BREAKER_CLOSED);
		cr_assert_not(breaker_allows(&breaker, NOW));
		cr_assert(breaker_allows(&breaker, NOW + (1000u << i)));
	}
}

Test(breaker, a_success_begins_the_count_anew)
{
	struct breaker breaker = { 0 };

	for (int i = 0; i < 10; i++) {
		cr_assert_not(fail(&breaker, -1, 0));
		cr_assert_not(fail(&breaker, -1, 0));
		cr_assert_not(breaker_succeeded(&breaker));
		cr_assert(breaker_allows(&breaker, NOW));
	}
}

Test(breaker, the_threshold_opens_it_for_the_reset)
{
	for (uint64_t random = 0; random < 100000; random += 77) {
		struct breaker breaker = { .failures = 2 };

		cr_assert(fail(&breaker, -1, random));
		cr_assert_eq(breaker_state(&breaker), BREAKER_OPEN);
		cr_assert_not(breaker_allows(&breaker, NOW + 30000));
		cr_assert(breaker_allows(&breaker, NOW + 30000 + 7501));
	}
}

Test(breaker, agents_do_not_return_together)
{
	struct breaker one = { .failures = 2 }, other = { .failures = 2 };

	fail(&one, -1, 100);
	fail(&other, -1, 5000);
	cr_assert_neq(one.not_before, other.not_before);
}

Test(breaker, a_probe_that_succeeds_closes_it)
{
	struct breaker breaker = opened();

	cr_assert(breaker_begin(&breaker));
	cr_assert_eq(breaker_state(&breaker), BREAKER_HALF_OPEN);
	cr_assert(breaker_succeeded(&breaker));
	cr_assert_eq(breaker_state(&breaker), BREAKER_CLOSED);
	cr_assert_not(fail(&breaker, -1, 0));
}

Test(breaker, a_probe_that_fails_opens_it_again)
{
	struct breaker breaker = opened();

	breaker_begin(&breaker);
	cr_assert(fail(&breaker, -1, 0));
	cr_assert_eq(breaker_state(&breaker), BREAKER_OPEN);
	cr_assert_not(breaker_allows(&breaker, NOW + 30000));
}

Test(breaker, retry_after_is_honoured_in_every_state)
{
	struct breaker closed = { 0 }, open = { .failures = 2 };
	struct breaker probe = opened();

	fail(&closed, 60000, 0);
	fail(&open, 60000, 0);
	breaker_begin(&probe);
	fail(&probe, 60000, 0);
	cr_assert_not(breaker_allows(&closed, NOW + 60000));
	cr_assert_not(breaker_allows(&open, NOW + 60000));
	cr_assert_not(breaker_allows(&probe, NOW + 60000));
}

Test(breaker, retry_after_does_not_shorten_the_rest)
{
	struct breaker breaker = { .failures = 2 };

	fail(&breaker, 0, 0);
	cr_assert_not(breaker_allows(&breaker, NOW + 30000));
}
