/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bisecting a refused batch. */
#include "agent/ranges.h"

#include <stdint.h>

#include <criterion/criterion.h>

#include "support.h"

#define SPANS 1000

Test(ranges, one_span_can_not_be_halved)
{
	struct ranges ranges;

	ranges_start(&ranges, 1);
	cr_assert_not(ranges_halve(&ranges));
	cr_assert_eq(ranges_top(&ranges).n, 1);
	ranges_pop(&ranges);
	cr_assert(ranges_empty(&ranges));
}

Test(ranges, halves_are_in_order_and_whole)
{
	struct ranges ranges;

	ranges_start(&ranges, 5);
	cr_assert(ranges_halve(&ranges));
	cr_assert_eq(ranges_top(&ranges).first, 0);
	cr_assert_eq(ranges_top(&ranges).n, 3);
	ranges_pop(&ranges);
	cr_assert_eq(ranges_top(&ranges).first, 3);
	cr_assert_eq(ranges_top(&ranges).n, 2);
}

Test(ranges, what_is_settled_first_is_skipped)
{
	struct ranges ranges;

	ranges_start(&ranges, 5);
	ranges_skip(&ranges, 2);
	cr_assert_eq(ranges_top(&ranges).first, 2);
	cr_assert_eq(ranges_top(&ranges).n, 3);
}

Test(ranges, the_stack_holds_the_largest_batch)
{
	struct ranges ranges;

	ranges_start(&ranges, SIZE_MAX);
	while (ranges_halve(&ranges))
		;
	cr_assert_leq(ranges.depth, RANGES_MAX);
	cr_assert_eq(ranges_top(&ranges).n, 1);
}

static bool holds_bad(const bool *bad, struct range range)
{
	for (size_t i = 0; i < range.n; i++)
		if (bad[range.first + i])
			return true;
	return false;
}

/* A receiver that refuses what holds a bad span: in the end exactly the bad
 * ones are refused alone, every other is accepted once. */
static void bisect(uint64_t seed)
{
	bool bad[SPANS] = { false };
	int accepted[SPANS] = { 0 }, refused[SPANS] = { 0 };
	struct ranges ranges;
	size_t n = 1 + random_below(&seed, SPANS);

	for (size_t i = random_below(&seed, 20); i--;)
		bad[random_below(&seed, n)] = true;
	ranges_start(&ranges, n);
	while (!ranges_empty(&ranges)) {
		struct range top = ranges_top(&ranges);
		bool is_bad = holds_bad(bad, top);

		if (is_bad && ranges_halve(&ranges))
			continue;
		for (size_t i = 0; i < top.n; i++)
			(is_bad ? refused : accepted)[top.first + i]++;
		ranges_pop(&ranges);
	}
	for (size_t i = 0; i < n; i++) {
		cr_assert_eq(refused[i], bad[i] ? 1 : 0);
		cr_assert_eq(accepted[i], bad[i] ? 0 : 1);
	}
}

Test(ranges, bad_spans_end_up_alone)
{
	for (uint64_t seed = 1; seed <= 300; seed++)
		bisect(seed);
}
