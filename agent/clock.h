/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The agent's time: what only goes forward. */
#ifndef OTEL_AGENT_CLOCK_H
#define OTEL_AGENT_CLOCK_H

#include <stdint.h>

#include "util/clock.h"

#define TIME_NEVER UINT64_MAX

static inline uint64_t clock_ms(void)
{
	return clock_monotonic_ms();
}

static inline uint64_t time_earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

#endif
