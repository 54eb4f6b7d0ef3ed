/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts durations; see histogram.h. */
#include "status/histogram.h"

#define MS UINT64_C(1000000)

const uint64_t histogram_bounds[HISTOGRAM_BOUNDS] = {
	5 * MS,   10 * MS,   25 * MS,   50 * MS,   100 * MS,   250 * MS,
	500 * MS, 1000 * MS, 2500 * MS, 5000 * MS, 10000 * MS,
};

void histogram_add(struct histogram *histogram, uint64_t ns)
{
	unsigned i = 0;

	while (i < HISTOGRAM_BOUNDS && ns > histogram_bounds[i])
		i++;
	histogram->buckets[i]++;
	histogram->sum_ns += ns;
}

uint64_t histogram_count(const struct histogram *histogram)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		n += histogram->buckets[i];
	return n;
}

uint64_t histogram_mean(const struct histogram *histogram)
{
	uint64_t n = histogram_count(histogram);

	return n ? histogram->sum_ns / n : 0;
}

uint64_t histogram_quantile(const struct histogram *histogram, double share)
{
	double rank = share * (double)histogram_count(histogram), below = 0;
	uint64_t low = 0;

	if (rank <= 0)
		return 0;
	for (unsigned i = 0; i < HISTOGRAM_BOUNDS; i++) {
		double here = (double)histogram->buckets[i];
		double width = (double)(histogram_bounds[i] - low);

		if (here > 0 && below + here >= rank)
			return low + (uint64_t)(width * (rank - below) / here);
		below += here;
		low = histogram_bounds[i];
	}
	return low;
}
