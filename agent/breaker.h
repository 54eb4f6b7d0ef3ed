/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The circuit breaker of one endpoint: whether it may be asked now.  Time and
 * chance are passed in, so that all of it is pure.
 *
 *   closed     requests flow; after each failure they rest for a backoff
 *              (retry.h).  `threshold` failures in a row open it.
 *   open       no request for reset_ms, and up to a quarter of it more, so
 *              that the agents of a thousand nodes do not return together
 *   half-open  one request is on its way as a probe: when it succeeds the
 *              breaker closes, when it fails it opens again
 *
 * What the receiver asks for (Retry-After) is honoured in every state: it
 * lengthens the rest, and never shortens it.
 */
#ifndef OTEL_AGENT_BREAKER_H
#define OTEL_AGENT_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

#include "retry.h"

enum breaker_state { BREAKER_CLOSED, BREAKER_OPEN, BREAKER_HALF_OPEN };

struct breaker_policy {
	struct retry_policy retry;
	uint64_t threshold; /* 0 counts as 1 */
	uint64_t reset_ms;
};

/* Zeroed: closed, and never failed. */
struct breaker {
	enum breaker_state state;
	unsigned failures;   /* in a row */
	uint64_t not_before; /* rests until then; 0: not at all */
};

enum breaker_state breaker_state(const struct breaker *breaker);

/* May a request begin at `now`? */
bool breaker_allows(const struct breaker *breaker, uint64_t now);

/* One begins.  Returns true when the state changed: it is the probe. */
bool breaker_begin(struct breaker *breaker);

/* It succeeded.  Returns true when the breaker closed by it. */
bool breaker_succeeded(struct breaker *breaker);

/*
 * It failed.  retry_after_ms is what the receiver asked for, -1 for nothing;
 * random is any 64 random bits.  Returns true when the breaker opened by it,
 * anew or again.
 */
bool breaker_failed(struct breaker *breaker,
		    const struct breaker_policy *policy, uint64_t now,
		    int64_t retry_after_ms, uint64_t random);

/* "closed", "open", "half-open". */
const char *breaker_state_name(enum breaker_state state);

#endif
