/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ids minted and derived; see ids.h.  A derived id is the XXH3 hash of a
 * canonical byte string: a domain tag, then integers of fixed width in little
 * endian, then strings behind their length.  These byte strings must never
 * change: during an upgrade slurmctld and the nodes run different versions.
 */
#include "trace/ids.h"

#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "util/hex.h"

/* A domain for each derivation, so that no two of them hash the same bytes. */
#define DOMAIN_SPAN "slurm-otel span 1"
#define DOMAIN_TRACE_JOB "slurm-otel trace of job 1"
#define DOMAIN_TRACE_TASK "slurm-otel trace of array task 1"
#define DOMAIN_TRACE_MINT "slurm-otel trace minted 1"

/* Longer than any name Slurm has; beyond it a string enters by its hash. */
#define STRING_MAX 255

/* The canonical byte string.  Its strings: a domain, a cluster, a node. */
struct canon {
	uint8_t bytes[3 * (4 + STRING_MAX) + TRACE_ID_SIZE + 8 * 8];
	size_t len;
};

/* Which fields of a span_key say what the span is; see enum span_what.  None
 * for a kind that is not listed. */
static const struct {
	bool step, node, task;
} enters[] = {
	[SPAN_JOB_NODE] = { .node = true },
	[SPAN_STEP] = { .step = true },
	[SPAN_STEP_NODE] = { .step = true, .node = true },
	[SPAN_TASK] = { .step = true, .task = true },
};

static void put_bytes(struct canon *canon, const void *data, size_t len)
{
	memcpy(canon->bytes + canon->len, data, len);
	canon->len += len;
}

static void put_u32(struct canon *canon, uint32_t value)
{
	for (int shift = 0; shift < 32; shift += 8)
		canon->bytes[canon->len++] = (uint8_t)(value >> shift);
}

static void put_u64(struct canon *canon, uint64_t value)
{
	put_u32(canon, (uint32_t)value);
	put_u32(canon, (uint32_t)(value >> 32));
}

static void put_str(struct canon *canon, const char *text)
{
	size_t len = text ? strlen(text) : 0;
	XXH128_canonical_t hash;

	put_u32(canon, (uint32_t)len);
	if (len > STRING_MAX) {
		XXH128_canonicalFromHash(&hash, XXH3_128bits(text, len));
		put_bytes(canon, hash.digest, sizeof(hash.digest));
	} else if (len) {
		put_bytes(canon, text, len);
	}
}

static void put_trace_id(struct canon *canon, const struct trace_id *id)
{
	put_bytes(canon, id->b, sizeof(id->b));
}

/* All zero is no id: the next seed then decides.  XXH3's canonical form is
 * big-endian on every machine. */
static void hash_trace_id(const struct canon *canon, struct trace_id *ret)
{
	XXH128_canonical_t hash;
	XXH64_hash_t seed = 0;

	do {
		XXH128_canonicalFromHash(
			&hash, XXH3_128bits_withSeed(canon->bytes, canon->len,
						     seed++));
		memcpy(ret->b, hash.digest, sizeof(ret->b));
	} while (!trace_id_valid(ret));
}

static void hash_span_id(const struct canon *canon, struct span_id *ret)
{
	XXH64_canonical_t hash;
	XXH64_hash_t seed = 0;

	do {
		XXH64_canonicalFromHash(
			&hash,
			XXH3_64bits_withSeed(canon->bytes, canon->len, seed++));
		memcpy(ret->b, hash.digest, sizeof(ret->b));
	} while (!span_id_valid(ret));
}

bool trace_id_valid(const struct trace_id *id)
{
	static const struct trace_id zero;

	return !trace_id_equal(id, &zero);
}

bool span_id_valid(const struct span_id *id)
{
	static const struct span_id zero;

	return !span_id_equal(id, &zero);
}

bool trace_id_equal(const struct trace_id *a, const struct trace_id *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

bool span_id_equal(const struct span_id *a, const struct span_id *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

static void put_clock(struct canon *canon, clockid_t clock)
{
	struct timespec now = { 0, 0 };

	clock_gettime(clock, &now);
	put_u64(canon, (uint64_t)now.tv_sec);
	put_u64(canon, (uint64_t)now.tv_nsec);
}

/* Unique, though not random: clocks, pid, and a count within the process. */
static void mint_from_clock(struct trace_id *ret)
{
	static atomic_uint counter;
	struct canon canon = { .len = 0 };

	put_str(&canon, DOMAIN_TRACE_MINT);
	put_clock(&canon, CLOCK_REALTIME);
	put_clock(&canon, CLOCK_MONOTONIC);
	put_u32(&canon, (uint32_t)getpid());
	put_u32(&canon, atomic_fetch_add(&counter, 1));
	hash_trace_id(&canon, ret);
}

bool trace_id_mint(struct trace_id *ret)
{
	struct trace_id id;
	ssize_t n = getrandom(id.b, sizeof(id.b), GRND_NONBLOCK);

	if (n == (ssize_t)sizeof(id.b) && trace_id_valid(&id)) {
		*ret = id;
		return true;
	}
	mint_from_clock(ret);
	return false;
}

bool span_id_mint(struct span_id *ret)
{
	struct trace_id id;
	bool random = trace_id_mint(&id);

	/* Either half may be all zero, once in the age of the universe. */
	memcpy(ret->b, id.b, sizeof(ret->b));
	if (!span_id_valid(ret))
		memcpy(ret->b, id.b + sizeof(ret->b), sizeof(ret->b));
	return random;
}

void trace_id_from_job(const char *cluster, uint32_t job_id,
		       struct trace_id *ret)
{
	struct canon canon = { .len = 0 };

	put_str(&canon, DOMAIN_TRACE_JOB);
	put_str(&canon, cluster);
	put_u32(&canon, job_id);
	hash_trace_id(&canon, ret);
}

void trace_id_for_array_task(const struct trace_id *array_id,
			     const char *cluster, uint32_t job_id,
			     struct trace_id *ret)
{
	struct canon canon = { .len = 0 };

	put_str(&canon, DOMAIN_TRACE_TASK);
	put_trace_id(&canon, array_id);
	put_str(&canon, cluster);
	put_u32(&canon, job_id);
	hash_trace_id(&canon, ret);
}

void span_id_derive(const struct span_key *key, struct span_id *ret)
{
	struct canon canon = { .len = 0 };
	size_t what = key->what;
	bool known = what < sizeof(enters) / sizeof(enters[0]);
	/* What does not belong to the kind must not tell two sides apart. */
	bool step = known && enters[what].step;
	bool node = known && enters[what].node;
	bool task = known && enters[what].task;

	put_str(&canon, DOMAIN_SPAN);
	put_trace_id(&canon, key->trace_id);
	put_u32(&canon, key->job_id);
	put_u32(&canon, key->restart);
	put_u32(&canon, (uint32_t)key->what);
	put_u32(&canon, step ? key->step : 0);
	put_u32(&canon, step ? key->step_het : 0);
	put_u32(&canon, task ? key->task : 0);
	put_str(&canon, key->cluster);
	put_str(&canon, node ? key->node : NULL);
	hash_span_id(&canon, ret);
}

void trace_id_format(const struct trace_id *id, char *ret)
{
	hex_encode(id->b, sizeof(id->b), ret);
}

void span_id_format(const struct span_id *id, char *ret)
{
	hex_encode(id->b, sizeof(id->b), ret);
}
