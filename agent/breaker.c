/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The circuit breaker of one endpoint; see breaker.h. */
#include "breaker.h"

#include <limits.h>

enum breaker_state breaker_state(const struct breaker *breaker)
{
	return breaker->state;
}

bool breaker_allows(const struct breaker *breaker, uint64_t now)
{
	return now >= breaker->not_before;
}

bool breaker_begin(struct breaker *breaker)
{
	if (breaker->state != BREAKER_OPEN)
		return false;
	breaker->state = BREAKER_HALF_OPEN;
	return true;
}

bool breaker_succeeded(struct breaker *breaker)
{
	bool closes = breaker->state != BREAKER_CLOSED;

	*breaker = (struct breaker){ .state = BREAKER_CLOSED };
	return closes;
}

/* Never shorter than configured: the receiver is to get its rest. */
static uint64_t open_delay(const struct breaker_policy *policy, uint64_t random)
{
	return policy->reset_ms + 1 + random % (policy->reset_ms / 4 + 1);
}

bool breaker_failed(struct breaker *breaker,
		    const struct breaker_policy *policy, uint64_t now,
		    int64_t retry_after_ms, uint64_t random)
{
	bool opens;
	uint64_t delay, rest;

	if (breaker->failures < UINT_MAX)
		breaker->failures++;
	opens = breaker->state != BREAKER_CLOSED ||
		breaker->failures >= policy->threshold;
	delay = retry_delay(&policy->retry, breaker->failures, retry_after_ms,
			    random);
	if (opens) {
		rest = open_delay(policy, random);
		/* a backoff of our own is not added to the rest */
		delay = retry_after_ms < 0 || delay < rest ? rest : delay;
	}
	breaker->state = opens ? BREAKER_OPEN : BREAKER_CLOSED;
	breaker->not_before = now + delay;
	return opens;
}

const char *breaker_state_name(enum breaker_state state)
{
	static const char *const names[] = {
		[BREAKER_CLOSED] = "closed",
		[BREAKER_OPEN] = "open",
		[BREAKER_HALF_OPEN] = "half-open",
	};

	return names[state];
}
