/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long to wait before the next attempt. */
#ifndef OTEL_AGENT_RETRY_H
#define OTEL_AGENT_RETRY_H

#include <stdint.h>

/* A receiver that asks for more waits no longer than this. */
#define RETRY_AFTER_LIMIT_MS UINT64_C(3600000)

struct retry_policy {
	uint64_t initial_ms; /* bound of the first delay */
	uint64_t max_ms;     /* bound of all of them */
};

/*
 * The delay in milliseconds after `failures` failed attempts in a row (1: the
 * first).  Without a wish of the receiver (retry_after_ms < 0) it is drawn
 * from 1 to initial * 2^(failures - 1), at most max: exponential backoff with
 * full jitter, so that the agents of a thousand nodes do not return together.
 * With one it is that wish, bounded by RETRY_AFTER_LIMIT_MS, and up to
 * `initial` more for the same reason.  random is any 64 random bits.  Pure.
 */
uint64_t retry_delay(const struct retry_policy *policy, unsigned failures,
		     int64_t retry_after_ms, uint64_t random);

/* 64 random bits for it; good enough for jitter, not for secrets. */
uint64_t retry_random(void);

#endif
