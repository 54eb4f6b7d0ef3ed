/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the benchmarks share: a sample of durations, and its median and 99th
 * percentile.  Machines are noisy, so figures are compared within one run.
 */
#ifndef OTEL_BENCH_BENCH_H
#define OTEL_BENCH_BENCH_H

#include <stdint.h>
#include <stdlib.h>
#include <time.h>

struct sample {
	uint64_t *ns; /* owned: sample_init, sample_free */
	size_t n, cap;
};

static inline uint64_t bench_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static inline void sample_init(struct sample *sample, size_t cap)
{
	sample->ns = calloc(cap, sizeof(*sample->ns));
	sample->n = 0;
	sample->cap = cap;
	if (!sample->ns)
		abort();
}

static inline void sample_free(struct sample *sample)
{
	free(sample->ns);
}

static inline void sample_add(struct sample *sample, uint64_t since)
{
	if (sample->n < sample->cap)
		sample->ns[sample->n++] = bench_now() - since;
}

static inline int sample_compare(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Microseconds; sorts the sample. */
static inline double sample_percentile(struct sample *sample, double p)
{
	if (!sample->n)
		return 0;
	qsort(sample->ns, sample->n, sizeof(*sample->ns), sample_compare);
	return (double)sample->ns[(size_t)(p * (double)(sample->n - 1))] / 1e3;
}

#endif
