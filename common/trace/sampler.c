/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sampling decision and the "ot" member of tracestate that records it;
 * see sampler.h.
 */
#include "trace/sampler.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "util/hex.h"
#include "util/slice.h"

#define OT_KEY "ot"
#define OT_MAX 256     /* a value of tracestate has no more */
#define RANDOM_BYTES 7 /* 56 bits decide */
#define RANDOM_DIGITS (2 * RANDOM_BYTES)
#define THRESHOLD_NEVER (UINT64_C(1) << 56) /* above every R */
#define PRECISION 4 /* digits of th after those that are all f */

static const struct {
	const char *name;
	enum sampler_kind kind;
	bool parent_based;
} names[] = {
	{ "always_on", SAMPLER_ALWAYS_ON, false },
	{ "always_off", SAMPLER_ALWAYS_OFF, false },
	{ "traceidratio", SAMPLER_TRACEIDRATIO, false },
	{ "parentbased_always_on", SAMPLER_ALWAYS_ON, true },
	{ "parentbased_always_off", SAMPLER_ALWAYS_OFF, true },
	{ "parentbased_traceidratio", SAMPLER_TRACEIDRATIO, true },
};

int sampler_parse(const char *name, struct sampler *ret)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcasecmp(name, names[i].name) != 0)
			continue;
		ret->kind = names[i].kind;
		ret->parent_based = names[i].parent_based;
		ret->ratio = 1.0;
		return 0;
	}
	return -1;
}

/* A number of 1 to 14 digits, padded with zeros on the right; -1: none. */
static int read_digits(struct slice digits, uint64_t *ret)
{
	char text[RANDOM_DIGITS + 1] = "00000000000000";
	uint8_t bytes[RANDOM_BYTES];
	uint64_t value = 0;

	if (digits.len < 1 || digits.len > RANDOM_DIGITS)
		return -1;
	memcpy(text, digits.p, digits.len);
	if (hex_decode(text, RANDOM_BYTES, bytes) < 0)
		return -1;
	for (size_t i = 0; i < RANDOM_BYTES; i++)
		value = value << 8 | bytes[i];
	*ret = value;
	return 0;
}

/* The ot member's value: a list of sub-keys.  Nothing when there is none. */
static struct slice ot_list(const struct job_context *ctx)
{
	struct slice list;

	if (!tracestate_get(ctx->tracestate, OT_KEY, &list.p, &list.len) ||
	    list.len > OT_MAX)
		return (struct slice){ NULL, 0 };
	return list;
}

/* Blanks around a sub-key are no part of it: left at the end of the list they
 * would spoil the member. */
static bool ot_next(struct slice *list, struct slice *ret)
{
	if (!slice_split(list, ';', ret))
		return false;
	*ret = slice_trim(*ret);
	return true;
}

/* Is pair "key:value"?  Then *ret is the value. */
static bool ot_match(struct slice pair, const char *key, struct slice *ret)
{
	const struct slice wanted = { key, strlen(key) };
	struct slice name;

	slice_split(&pair, ':', &name);
	if (!pair.p || !slice_equal(name, wanted))
		return false;
	*ret = pair;
	return true;
}

static bool ot_get(const struct job_context *ctx, const char *key,
		   struct slice *ret)
{
	struct slice list = ot_list(ctx), pair;

	while (ot_next(&list, &pair))
		if (ot_match(pair, key, ret))
			return true;
	return false;
}

/*
 * Puts first ("th:8", or NULL for nothing) before the sub-keys of ot, from
 * which th goes when drop_th.  All others stay as they are.  When that is too
 * long for a member, first is left out.
 */
static void ot_rewrite(struct job_context *ctx, const char *first, bool drop_th)
{
	struct slice list = ot_list(ctx), pair, value;
	char out[2 * OT_MAX];
	size_t len = first ? strlen(first) : 0;

	if (first)
		memcpy(out, first, len);
	while (ot_next(&list, &pair)) {
		if (pair.len == 0 || (drop_th && ot_match(pair, "th", &value)))
			continue;
		if (len > 0)
			out[len++] = ';';
		memcpy(out + len, pair.p, pair.len);
		len += pair.len;
	}
	out[len] = '\0';
	if (tracestate_set(ctx->tracestate, OT_KEY, out) < 0 && first)
		ot_rewrite(ctx, NULL, drop_th);
}

static void drop_threshold(struct job_context *ctx)
{
	struct slice value;

	if (ot_get(ctx, "th", &value))
		ot_rewrite(ctx, NULL, true);
}

/* The last 56 bits of the trace id, in hexadecimal. */
static void trace_id_digits(const struct trace_id *id, char *ret)
{
	hex_encode(id->b + TRACE_ID_SIZE - RANDOM_BYTES, RANDOM_BYTES, ret);
}

static uint64_t randomness(const struct job_context *ctx)
{
	char digits[RANDOM_DIGITS + 1];
	struct slice rv;
	uint64_t r = 0;

	if (ot_get(ctx, "rv", &rv) && rv.len == RANDOM_DIGITS &&
	    read_digits(rv, &r) == 0)
		return r;
	trace_id_digits(&ctx->trace_id, digits);
	read_digits((struct slice){ digits, RANDOM_DIGITS }, &r);
	return r;
}

/* Rounds to as many digits as PRECISION asks for, to keep th short. */
static uint64_t round_threshold(uint64_t t)
{
	int shift = 4 * (RANDOM_DIGITS - PRECISION);

	for (int top = 52; top >= 0 && (t >> top & 0xf) == 0xf; top -= 4)
		shift -= 4;
	if (shift <= 0)
		return t;
	/* No carry past the leading f digits: another digit follows them. */
	return (t + (UINT64_C(1) << (shift - 1))) >> shift << shift;
}

/*
 * T for a ratio of 0 to 1.  What is not above 0, NaN too, keeps nothing, nor
 * does what is below 2^-56: T is then above every R.
 */
static uint64_t threshold(double ratio)
{
	if (!(ratio > 0.0))
		return THRESHOLD_NEVER;
	if (ratio >= 1.0)
		return 0;
	return round_threshold(THRESHOLD_NEVER - (uint64_t)(ratio * 0x1p56));
}

static void decide_by_ratio(double ratio, struct job_context *ctx)
{
	char digits[sizeof("th:") + RANDOM_DIGITS + 1];
	const uint64_t t = threshold(ratio);
	size_t len;

	if (randomness(ctx) < t) {
		ctx->flags &= (uint8_t)~TRACE_FLAG_SAMPLED;
		drop_threshold(ctx);
		return;
	}
	ctx->flags |= TRACE_FLAG_SAMPLED;
	len = (size_t)snprintf(digits, sizeof(digits), "th:%014" PRIx64, t);
	while (len > sizeof("th:0") - 1 && digits[len - 1] == '0')
		digits[--len] = '\0';
	ot_rewrite(ctx, digits, true);
}

/* The parent decided; its th stays when it says so too. */
static void follow_parent(struct job_context *ctx)
{
	struct slice th;
	uint64_t t;

	if (!ot_get(ctx, "th", &th))
		return;
	if (!(ctx->flags & TRACE_FLAG_SAMPLED) || read_digits(th, &t) < 0 ||
	    randomness(ctx) < t)
		drop_threshold(ctx);
}

void sampler_decide(const struct sampler *sampler, struct job_context *ctx)
{
	if (sampler->parent_based && span_id_valid(&ctx->parent_id)) {
		follow_parent(ctx);
		return;
	}
	if (sampler->kind == SAMPLER_TRACEIDRATIO) {
		decide_by_ratio(sampler->ratio, ctx);
		return;
	}
	if (sampler->kind == SAMPLER_ALWAYS_ON)
		ctx->flags |= TRACE_FLAG_SAMPLED;
	else
		ctx->flags &= (uint8_t)~TRACE_FLAG_SAMPLED;
	drop_threshold(ctx);
}

void sampler_keep_randomness(struct job_context *ctx)
{
	char pair[sizeof("rv:") + RANDOM_DIGITS] = "rv:";
	struct slice value;

	if (!ot_get(ctx, "th", &value) || ot_get(ctx, "rv", &value))
		return;
	trace_id_digits(&ctx->trace_id, pair + strlen(pair));
	ot_rewrite(ctx, pair, false);
}
