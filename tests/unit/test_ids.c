/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ids: the pinned values, which no release may change, and what tells two
 * spans apart.  The pinned values were computed without ids.c, from the
 * canonical byte strings and libxxhash.
 */
#include "trace/ids.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "support.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define STEP_BATCH 0xfffffffbu

static const struct trace_id trace = { { 0x0a, 0xf7, 0x65, 0x19, 0x16, 0xcd,
					 0x43, 0xdd, 0x84, 0x48, 0xeb, 0x21,
					 0x1c, 0x80, 0x31, 0x9c } };

/* Stands before libc's, so that a test can take the kernel's pool away. */
static enum { POOL_READY, POOL_EMPTY, POOL_SHORT, POOL_ZERO } pool;

ssize_t getrandom(void *data, size_t len, unsigned int flags)
{
	cr_assert_eq(flags, GRND_NONBLOCK, "a hook never waits");
	switch (pool) {
	case POOL_EMPTY:
		errno = EAGAIN;
		return -1;
	case POOL_SHORT:
		memset(data, 0x55, len);
		return (ssize_t)len - 1;
	case POOL_ZERO:
		memset(data, 0, len);
		return (ssize_t)len;
	default:
		return syscall(SYS_getrandom, data, len, flags);
	}
}

/* Without the pool time stands still too: only the count tells ids apart. */
int clock_gettime(clockid_t clock, struct timespec *ret)
{
	if (pool == POOL_READY)
		return (int)syscall(SYS_clock_gettime, clock, ret);
	*ret = (struct timespec){ 1700000000, 5 };
	return 0;
}

static void assert_span(const struct span_key *key, const char *expected)
{
	char text[SPAN_ID_HEX + 1];
	struct span_id id;

	span_id_derive(key, &id);
	span_id_format(&id, text);
	cr_assert_str_eq(text, expected, "what %u: %s", key->what, text);
}

static void assert_trace(const struct trace_id *id, const char *expected)
{
	char text[TRACE_ID_HEX + 1];

	trace_id_format(id, text);
	cr_assert_str_eq(text, expected);
}

Test(ids, pinned_span_ids)
{
	static const struct {
		enum span_what what;
		uint32_t step, step_het, task;
		const char *node, *id;
	} pinned[] = {
		{ SPAN_JOB, 0, 0, 0, NULL, "c7486ffdafd015cc" },
		{ SPAN_DEFERRED, 0, 0, 0, NULL, "c2b3298b0e02c1f1" },
		{ SPAN_QUEUED, 0, 0, 0, NULL, "294f7b9c5d82d0dc" },
		{ SPAN_SETUP, 0, 0, 0, NULL, "ef8de098d2fa2d30" },
		{ SPAN_JOB_NODE, 0, 0, 0, "n1", "01681abb44630341" },
		{ SPAN_STEP, STEP_BATCH, 0, 0, NULL, "229fa832a94b8221" },
		{ SPAN_STEP_NODE, 3, 1, 0, "n2", "65814a80fbe25b1e" },
		{ SPAN_TASK, 3, 1, 17, NULL, "cbcb04192e276c2d" },
		{ SPAN_SUBMISSION, 0, 0, 0, NULL, "2428dd4b40baed8c" },
	};

	for (size_t i = 0; i < COUNT(pinned); i++) {
		const struct span_key key = {
			.trace_id = &trace,
			.cluster = "alpha",
			.job_id = 4242,
			.what = pinned[i].what,
			.step = pinned[i].step,
			.step_het = pinned[i].step_het,
			.task = pinned[i].task,
			.node = pinned[i].node,
		};

		assert_span(&key, pinned[i].id);
	}
}

Test(ids, pinned_span_ids_of_a_restart_and_without_a_cluster)
{
	struct span_key key = { .trace_id = &trace,
				.cluster = "alpha",
				.job_id = 4242,
				.restart = 2,
				.what = SPAN_JOB };

	assert_span(&key, "7bf16da32755ee02");
	key.cluster = NULL;
	key.job_id = 1;
	key.restart = 0;
	assert_span(&key, "5281f80d403f40f5");
	key.cluster = "";
	assert_span(&key, "5281f80d403f40f5");
}

Test(ids, pinned_span_ids_of_very_long_names)
{
	char cluster[301], node[257];
	struct span_key key = { .trace_id = &trace,
				.cluster = cluster,
				.job_id = 4242,
				.what = SPAN_JOB_NODE,
				.node = node };

	memset(cluster, 'c', 300);
	memset(node, 'n', 256);
	cluster[300] = node[256] = '\0';
	assert_span(&key, "72408e0a53aa91c5");
	cluster[255] = node[255] = '\0';
	assert_span(&key, "72e774541b27037b");
}

Test(ids, pinned_trace_ids)
{
	struct trace_id id;

	trace_id_from_job("alpha", 4242, &id);
	assert_trace(&id, "57bd3240585f2dca7b26cc68e511e363");
	trace_id_from_job(NULL, 1, &id);
	assert_trace(&id, "811ea4fe786f1a6449248a5790589443");
	trace_id_from_job("", 1, &id);
	assert_trace(&id, "811ea4fe786f1a6449248a5790589443");
	trace_id_for_array_task(&trace, "alpha", 4243, &id);
	assert_trace(&id, "5c49653305f5b74fd45f501d1bd5685e");
}

Test(ids, only_what_belongs_to_the_kind_enters)
{
	static const struct {
		bool step, node, task;
	} enters[] = {
		[SPAN_JOB_NODE] = { .node = true },
		[SPAN_STEP] = { .step = true },
		[SPAN_STEP_NODE] = { .step = true, .node = true },
		[SPAN_TASK] = { .step = true, .task = true },
		[SPAN_SUBMISSION] = { false, false, false },
	};

	for (size_t what = SPAN_JOB; what < COUNT(enters); what++) {
		const struct span_key bare = { .trace_id = &trace,
					       .what = (enum span_what)what };
		struct span_key step = bare, het = bare;
		struct span_key node = bare, task = bare;
		struct span_id id, other;

		step.step = 1;
		het.step_het = 1;
		node.node = "n1";
		task.task = 1;
		span_id_derive(&bare, &id);
		span_id_derive(&step, &other);
		cr_assert_eq(span_id_equal(&id, &other), !enters[what].step);
		span_id_derive(&het, &other);
		cr_assert_eq(span_id_equal(&id, &other), !enters[what].step);
		span_id_derive(&node, &other);
		cr_assert_eq(span_id_equal(&id, &other), !enters[what].node);
		span_id_derive(&task, &other);
		cr_assert_eq(span_id_equal(&id, &other), !enters[what].task);
	}
}

static int compare_span_ids(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct span_id));
}

/* Neighbours in every field, and strings that would meet if only joined. */
Test(ids, no_two_spans_share_an_id)
{
	static struct span_id ids[2 * 3 * 3 * 3 * SPAN_SUBMISSION * 81];
	static const char *const clusters[] = { "", "a", "ab" };
	static const char *const nodes[] = { "b1", "1", "2" };
	struct trace_id other = trace;
	size_t n = 0;

	other.b[0] ^= 1;
	for (size_t i = 0; i < COUNT(ids); i++) {
		size_t k = i;
		struct span_key key = { .trace_id = k % 2 ? &trace : &other };
		struct span_key same;

		k /= 2;
		key.cluster = clusters[k % 3], k /= 3;
		key.job_id = (uint32_t)(k % 3), k /= 3;
		key.restart = (uint32_t)(k % 3), k /= 3;
		key.what = (enum span_what)(1 + k % SPAN_SUBMISSION);
		k /= SPAN_SUBMISSION;
		key.step = (uint32_t)(k % 3), k /= 3;
		key.step_het = (uint32_t)(k % 3), k /= 3;
		key.task = (uint32_t)(k % 3), k /= 3;
		key.node = nodes[k % 3];
		same = key;
		/* one representative of those that are the same span */
		if (key.what != SPAN_STEP && key.what != SPAN_STEP_NODE &&
		    key.what != SPAN_TASK && (key.step || key.step_het))
			continue;
		if (key.what != SPAN_TASK && key.task)
			continue;
		if (key.what != SPAN_JOB_NODE && key.what != SPAN_STEP_NODE &&
		    key.node != nodes[0])
			continue;
		span_id_derive(&same, &ids[n]);
		cr_assert(span_id_valid(&ids[n]));
		n++;
	}
	cr_assert_gt(n, 3000);
	qsort(ids, n, sizeof(ids[0]), compare_span_ids);
	for (size_t i = 1; i < n; i++)
		cr_assert_not(span_id_equal(&ids[i - 1], &ids[i]));
}

Test(ids, trace_ids_of_the_same_job_differ_by_their_domain)
{
	struct trace_id job, task, other;

	trace_id_from_job("alpha", 7, &job);
	trace_id_for_array_task(&job, "alpha", 7, &task);
	cr_assert_not(trace_id_equal(&job, &task));
	trace_id_for_array_task(&task, "alpha", 7, &other);
	cr_assert_not(trace_id_equal(&task, &other));
	trace_id_from_job("beta", 7, &other);
	cr_assert_not(trace_id_equal(&job, &other));
	trace_id_from_job("alpha", 8, &other);
	cr_assert_not(trace_id_equal(&job, &other));
}

Test(ids, all_zero_is_not_valid)
{
	struct trace_id trace_id = { { 0 } };
	struct span_id span_id = { { 0 } };

	cr_assert_not(trace_id_valid(&trace_id));
	cr_assert_not(span_id_valid(&span_id));
	for (size_t i = 0; i < TRACE_ID_SIZE; i++) {
		trace_id = (struct trace_id){ { 0 } };
		trace_id.b[i] = 1;
		cr_assert(trace_id_valid(&trace_id));
	}
	for (size_t i = 0; i < SPAN_ID_SIZE; i++) {
		span_id = (struct span_id){ { 0 } };
		span_id.b[i] = 0x80;
		cr_assert(span_id_valid(&span_id));
	}
}

Test(ids, equal_looks_at_every_byte)
{
	struct span_id a = { { 1, 2, 3, 4, 5, 6, 7, 8 } };

	cr_assert(trace_id_equal(&trace, &trace));
	for (size_t i = 0; i < TRACE_ID_SIZE; i++) {
		struct trace_id other = trace;

		other.b[i] ^= 1;
		cr_assert_not(trace_id_equal(&trace, &other));
	}
	for (size_t i = 0; i < SPAN_ID_SIZE; i++) {
		struct span_id other = a;

		cr_assert(span_id_equal(&a, &other));
		other.b[i] ^= 1;
		cr_assert_not(span_id_equal(&a, &other));
	}
}

static int compare_trace_ids(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct trace_id));
}

static void assert_mints(bool random)
{
	struct trace_id ids[1000];

	for (size_t i = 0; i < COUNT(ids); i++) {
		cr_assert_eq(trace_id_mint(&ids[i]), random);
		cr_assert(trace_id_valid(&ids[i]));
	}
	qsort(ids, COUNT(ids), sizeof(ids[0]), compare_trace_ids);
	for (size_t i = 1; i < COUNT(ids); i++)
		cr_assert_not(trace_id_equal(&ids[i - 1], &ids[i]));
}

Test(ids, minted_without_the_kernel_they_differ_and_say_so)
{
	for (pool = POOL_EMPTY; pool <= POOL_ZERO; pool++)
		assert_mints(false);
	pool = POOL_READY;
}

Test(ids, minted_they_are_random_and_differ)
{
	assert_mints(true);
}

Test(ids, formatted_in_order)
{
	const struct span_id id = { { 0x00, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02,
				      0xb7 } };
	char text[SPAN_ID_HEX + 1];

	span_id_format(&id, text);
	cr_assert_str_eq(text, "00f067aa0ba902b7");
	assert_trace(&trace, "0af7651916cd43dd8448eb211c80319c");
}
