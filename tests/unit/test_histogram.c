/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Durations in buckets: borders, mean and quantiles. */
#include "status/histogram.h"

#include <criterion/criterion.h>

#define MS UINT64_C(1000000)

Test(histogram, an_empty_one)
{
	const struct histogram none = { 0 };

	cr_assert_eq(histogram_count(&none), 0);
	cr_assert_eq(histogram_mean(&none), 0);
	cr_assert_eq(histogram_quantile(&none, 0.99), 0);
}

Test(histogram, bounds_belong_to_their_bucket)
{
	struct histogram histogram = { 0 };

	histogram_add(&histogram, 0);
	histogram_add(&histogram, 5 * MS);
	histogram_add(&histogram, 5 * MS + 1);
	histogram_add(&histogram, 10000 * MS);
	histogram_add(&histogram, 10000 * MS + 1);
	histogram_add(&histogram, UINT64_C(1) << 60);
	cr_assert_eq(histogram.buckets[0], 2);
	cr_assert_eq(histogram.buckets[1], 1);
	cr_assert_eq(histogram.buckets[HISTOGRAM_BOUNDS - 1], 1);
	cr_assert_eq(histogram.buckets[HISTOGRAM_BOUNDS], 2);
	cr_assert_eq(histogram_count(&histogram), 6);
}

Test(histogram, bounds_rise)
{
	for (unsigned i = 1; i < HISTOGRAM_BOUNDS; i++)
		cr_assert_lt(histogram_bounds[i - 1], histogram_bounds[i]);
	cr_assert_eq(histogram_bounds[0], 5 * MS);
	cr_assert_eq(histogram_bounds[HISTOGRAM_BOUNDS - 1], 10000 * MS);
}

Test(histogram, mean_and_quantiles)
{
	struct histogram histogram = { 0 };

	for (int i = 0; i < 99; i++)
		histogram_add(&histogram, 8 * MS);
	histogram_add(&histogram, 2000 * MS);
	cr_assert_eq(histogram_mean(&histogram), (99 * 8 + 2000) * MS / 100);
	/* the middle of 5 to 10 ms, where half of them lie */
	cr_assert_geq(histogram_quantile(&histogram, 0.5), 7 * MS);
	cr_assert_leq(histogram_quantile(&histogram, 0.5), 8 * MS);
	cr_assert_eq(histogram_quantile(&histogram, 0.99), 10 * MS);
	cr_assert_gt(histogram_quantile(&histogram, 0.995), 1000 * MS);
	cr_assert_eq(histogram_quantile(&histogram, 1), 2500 * MS);
	histogram_add(&histogram, 60000 * MS);
	cr_assert_eq(histogram_quantile(&histogram, 1), 10000 * MS);
	cr_assert_eq(histogram_quantile(&histogram, 0), 0);
}
