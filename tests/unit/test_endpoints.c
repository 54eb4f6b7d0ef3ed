/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which endpoint gets the next request, with exporters that do as told. */
#include "agent/endpoints.h"

#include <criterion/criterion.h>

#include "otlp/exporter_ops.h"

#define N 3
#define LONG_AFTER UINT64_MAX

static struct export_result answer;
static struct exporter exporters[N];
static struct endpoint list[N];
static struct endpoints endpoints;

static void answer_send(struct exporter *exporter, const struct batch *batch,
			struct export_result *ret)
{
	(void)exporter;
	(void)batch;
	*ret = answer;
}

static const struct exporter_ops ops = { .send = answer_send };

static void make(enum endpoint_policy policy)
{
	static char name[] = "http://fake";

	for (size_t i = 0; i < N; i++) {
		exporters[i] = (struct exporter){ .ops = &ops, .name = name };
		list[i] = (struct endpoint){ .exporter = &exporters[i],
					     .index = i };
	}
	endpoints = (struct endpoints){
		.list = list,
		.n = N,
		.policy = policy,
		.breaker = { .retry = { 60000, 60000 },
			     .threshold = 2,
			     .reset_ms = 60000 },
	};
}

static void send_to(size_t i, enum verdict verdict, bool divisible)
{
	struct iovec spans[10] = { { NULL, 0 } };
	const struct batch batch = { .spans = spans, .n_spans = 10 };
	struct export_result result;

	answer = (struct export_result){ .verdict = verdict,
					 .divisible = divisible,
					 .retry_after_ms = 1000000,
					 .rejected = 3 };
	endpoint_send(&endpoints, &list[i], &batch, &result);
}

/* The index of the one that is picked; N: none. */
static size_t pick(uint64_t now)
{
	uint64_t next;
	const struct endpoint *endpoint =
		endpoints_pick(&endpoints, now, &next);

	return endpoint ? endpoint->index : N;
}

static uint64_t now(void)
{
	return 0; /* every rest ends later */
}

Test(endpoints, failover_takes_the_first_that_may_be_asked)
{
	make(ENDPOINT_FAILOVER);
	cr_assert_eq(pick(now()), 0);
	send_to(0, VERDICT_RETRY, false);
	cr_assert_eq(pick(now()), 1);
	send_to(1, VERDICT_RETRY, false);
	cr_assert_eq(pick(now()), 2);
	send_to(2, VERDICT_RETRY, false);
	cr_assert_eq(pick(now()), N);
	cr_assert_eq(pick(LONG_AFTER), 0);
}

Test(endpoints, none_says_when_the_first_may_be_asked)
{
	uint64_t next = 0;

	make(ENDPOINT_FAILOVER);
	for (size_t i = 0; i < N; i++) {
		send_to(i, VERDICT_RETRY, false);
		list[i].breaker.not_before = 100 * (i + 1);
	}
	cr_assert_null(endpoints_pick(&endpoints, 1, &next));
	cr_assert_eq(next, 100);
}

Test(endpoints, round_robin_gives_each_its_turn)
{
	make(ENDPOINT_ROUND_ROBIN);
	for (size_t i = 0; i < 10; i++) {
		cr_assert_eq(pick(now()), i % N);
		cr_assert_eq(pick(now()), i % N, "the same for its parts");
		endpoints_batch_done(&endpoints);
	}
}

Test(endpoints, round_robin_passes_over_those_that_rest)
{
	make(ENDPOINT_ROUND_ROBIN);
	send_to(1, VERDICT_RETRY, false);
	cr_assert_eq(pick(now()), 0);
	endpoints_batch_done(&endpoints);
	cr_assert_eq(pick(now()), 2);
	endpoints_batch_done(&endpoints);
	cr_assert_eq(pick(now()), 0);
}

Test(endpoints, one_that_refused_the_spans_is_not_asked_again)
{
	make(ENDPOINT_FAILOVER);
	cr_assert_null(endpoints_refuser(&endpoints));
	endpoints_note_refusal(&endpoints, &list[1]);
	endpoints_note_refusal(&endpoints, &list[0]);
	cr_assert_eq(pick(LONG_AFTER), 2);
	cr_assert_eq(endpoints_refuser(&endpoints), &list[0]);
	endpoints_note_refusal(&endpoints, &list[2]);
	cr_assert_eq(pick(LONG_AFTER), N);
	endpoints_new_range(&endpoints);
	cr_assert_eq(pick(LONG_AFTER), 0);
}

Test(endpoints, after_a_refusal_of_the_sender_batches_are_single_spans)
{
	make(ENDPOINT_FAILOVER);
	endpoints.n = 1;
	cr_assert_eq(endpoints_batch_limit(&endpoints, now()), SIZE_MAX);
	send_to(0, VERDICT_REJECT, false);
	cr_assert_eq(endpoints_batch_limit(&endpoints, LONG_AFTER), 1);
	send_to(0, VERDICT_RETRY, false);
	send_to(0, VERDICT_SENT, false);
	cr_assert_eq(endpoints_batch_limit(&endpoints, LONG_AFTER), SIZE_MAX);
}

Test(endpoints, where_all_get_all_batches_are_never_small)
{
	make(ENDPOINT_ALL);
	send_to(0, VERDICT_REJECT, false);
	cr_assert_eq(endpoints_batch_limit(&endpoints, LONG_AFTER), SIZE_MAX);
}

Test(endpoints, a_refusal_of_the_batch_is_no_failure)
{
	make(ENDPOINT_FAILOVER);
	for (int i = 0; i < 10; i++)
		send_to(0, VERDICT_REJECT, true);
	cr_assert(endpoint_well(&list[0]));
	cr_assert_eq(pick(now()), 0);
}

Test(endpoints, refusals_of_the_sender_open_the_breaker)
{
	make(ENDPOINT_FAILOVER);
	send_to(0, VERDICT_REJECT, false);
	cr_assert_eq(breaker_state(&list[0].breaker), BREAKER_CLOSED);
	cr_assert_not(endpoint_well(&list[0]));
	send_to(0, VERDICT_REJECT, false);
	cr_assert_eq(breaker_state(&list[0].breaker), BREAKER_OPEN);
}

Test(endpoints, a_view_of_one_shares_its_state)
{
	struct endpoints one;

	make(ENDPOINT_ALL);
	cr_assert(endpoints_fan_out(&endpoints));
	one = endpoints_view(&endpoints, 1, 1);
	cr_assert_not(endpoints_fan_out(&one));
	send_to(1, VERDICT_RETRY, false);
	cr_assert_null(endpoints_pick(&one, now(), &(uint64_t){ 0 }));
	one = endpoints_view(&endpoints, 0, N);
	cr_assert(endpoints_fan_out(&one));
}
