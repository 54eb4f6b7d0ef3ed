/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Backoff; see retry.h. */
#include "retry.h"

#include <sys/random.h>
#include <time.h>
#include <unistd.h>

static uint64_t backoff_bound(const struct retry_policy *policy,
			      unsigned failures)
{
	uint64_t bound = policy->initial_ms ? policy->initial_ms : 1;

	while (failures-- > 1 && bound < policy->max_ms)
		bound = bound > UINT64_MAX / 2 ? UINT64_MAX : bound * 2;
	if (bound > policy->max_ms)
		bound = policy->max_ms;
	return bound ? bound : 1;
}

uint64_t retry_delay(const struct retry_policy *policy, unsigned failures,
		     int64_t retry_after_ms, uint64_t random)
{
	uint64_t wish = (uint64_t)retry_after_ms;

	if (retry_after_ms < 0)
		return 1 + random % backoff_bound(policy, failures);
	if (wish > RETRY_AFTER_LIMIT_MS)
		wish = RETRY_AFTER_LIMIT_MS;
	return wish + 1 + random % backoff_bound(policy, 1);
}

uint64_t retry_random(void)
{
	struct timespec ts;
	uint64_t value;

	if (getrandom(&value, sizeof(value), GRND_NONBLOCK) == sizeof(value))
		return value;
	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_nsec * 2654435761u ^ (uint64_t)getpid();
}
