/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts what is missing, so that a new bucket is full; see token_bucket.h. */
#include "jobsubmit/token_bucket.h"

#include "util/clock.h"

#define TOKEN UINT64_C(1000000000)

static void refill(struct token_bucket *bucket, uint64_t per_second,
		   uint64_t now_ns)
{
	uint64_t elapsed = now_ns - bucket->last_ns;
	const uint64_t size = per_second * TOKEN;
	uint64_t gained;

	/* The rate was higher before: more than all can not be missing. */
	if (bucket->missing > size)
		bucket->missing = size;

	/* A second fills it whatever was missing; more would overflow. */
	gained = (elapsed < NS_PER_SECOND ? elapsed : NS_PER_SECOND) *
		 per_second;
	bucket->missing =
		bucket->missing > gained ? bucket->missing - gained : 0;
	bucket->last_ns = now_ns;
}

bool token_bucket_take(struct token_bucket *bucket, uint64_t per_second,
		       uint64_t now_ns)
{
	refill(bucket, per_second, now_ns);
	if (bucket->missing + TOKEN > per_second * TOKEN)
		return false;
	bucket->missing += TOKEN;
	return true;
}
