/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A rate limit: a bucket that fills with so many tokens a second and holds a
 * second's worth, from which each event takes one. */
#ifndef OTEL_JOBSUBMIT_TOKEN_BUCKET_H
#define OTEL_JOBSUBMIT_TOKEN_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

/* All zero: full. */
struct token_bucket {
	uint64_t missing; /* from a full one, in 1e-9 of a token */
	uint64_t last_ns;
};

/*
 * Takes a token.  now_ns is monotonic; per_second (at least 1, at most 1e9) may
 * change from call to call.  Returns false, nothing taken, when there is none.
 */
bool token_bucket_take(struct token_bucket *bucket, uint64_t per_second,
		       uint64_t now_ns);

#endif
