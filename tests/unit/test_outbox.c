/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The batch in hand, and how large it may become. */
#include "agent/outbox.h"

#include <string.h>

#include <criterion/criterion.h>

#define LEN 100

static struct outbox outbox;

static void add(uint8_t byte, uint64_t end)
{
	uint8_t payload[LEN];
	const struct spool_record record = {
		.kind = SPOOL_SPAN,
		.job_id = byte,
		.payload = payload,
		.len = LEN,
		.segment = 1,
		.end = end,
	};

	memset(payload, byte, LEN);
	cr_assert_eq(outbox_add(&outbox, &record), 0);
}

static void clear(void)
{
	outbox_free(&outbox);
}

TestSuite(outbox, .fini = clear);

Test(outbox, an_empty_one_takes_a_span_of_any_size)
{
	const struct outbox_limit nothing = { .spans = 1, .bytes = 0 };

	cr_assert_not(outbox_full(&outbox, &nothing, SPOOL_PAYLOAD_MAX));
}

Test(outbox, is_bounded_by_spans)
{
	const struct outbox_limit two = { .spans = 2, .bytes = SIZE_MAX };

	add(1, 10);
	cr_assert_not(outbox_full(&outbox, &two, 0));
	add(2, 20);
	cr_assert(outbox_full(&outbox, &two, 0));
}

Test(outbox, is_bounded_by_bytes_with_what_stands_between)
{
	struct outbox_limit limit = { .spans = 100 };

	limit.bytes = OUTBOX_EXTRA + 3 * (LEN + OUTBOX_SPAN_EXTRA);
	add(1, 10);
	add(2, 20);
	cr_assert_not(outbox_full(&outbox, &limit, LEN));
	cr_assert(outbox_full(&outbox, &limit, LEN + 1));
	limit.bytes--;
	cr_assert(outbox_full(&outbox, &limit, LEN));
}

Test(outbox, keeps_spans_while_it_grows)
{
	for (uint8_t i = 0; i < 200; i++)
		add(i, i + 1u);
	outbox_seal(&outbox);
	cr_assert_eq(outbox.n, 200);
	cr_assert_eq(outbox.end, 200);
	for (uint8_t i = 0; i < 200; i++) {
		cr_assert_eq(outbox.spans[i].iov_len, LEN);
		cr_assert_eq(((uint8_t *)outbox.spans[i].iov_base)[LEN - 1], i);
		cr_assert_eq(outbox.job_ids[i], i);
	}
	outbox_reset(&outbox);
	cr_assert_eq(outbox.n, 0);
	cr_assert_not(outbox.moved);
}
