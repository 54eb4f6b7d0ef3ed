/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The agent's time: what only goes forward. */
#ifndef OTEL_AGENT_CLOCK_H
#define OTEL_AGENT_CLOCK_H

#include <stdint.h>
#include <time.h>

#define TIME_NEVER UINT64_MAX

static inline uint64_t clock_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static inline uint64_t clock_ms(void)
{
	return clock_ns() / 1000000;
}

static inline uint64_t time_earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

#endif
