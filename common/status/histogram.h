/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Durations of exports, counted in fixed buckets. */
#ifndef OTEL_STATUS_HISTOGRAM_H
#define OTEL_STATUS_HISTOGRAM_H

#include <stdint.h>

#include "util/clock.h"

/* 5 ms to 10 s in steps of 2 to 2.5, and one for what took longer. */
#define HISTOGRAM_BOUNDS 11
#define HISTOGRAM_BUCKETS (HISTOGRAM_BOUNDS + 1)

struct histogram {
	uint64_t buckets[HISTOGRAM_BUCKETS]; /* each by itself, not summed up */
	uint64_t sum_ns;
};

/* Upper bounds in nanoseconds, each included in its bucket. */
extern const uint64_t histogram_bounds[HISTOGRAM_BOUNDS];

void histogram_add(struct histogram *histogram, uint64_t ns);
uint64_t histogram_count(const struct histogram *histogram);
/* 0 when nothing was counted. */
uint64_t histogram_mean(const struct histogram *histogram);

/*
 * The duration that `share` (0 to 1) of all did not exceed, as near as buckets
 * tell: a point inside the bucket, in proportion.  What lies beyond the last
 * bound is taken for that bound.  0 when nothing was counted.
 */
uint64_t histogram_quantile(const struct histogram *histogram, double share);

#endif
