/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The comments that wait to be set. */
#include "agent/comment_list.h"

#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "agent/clock.h"
#include "agent/comments.h"
#include "span/comment.h"
#include "support.h"

static struct comment *add(struct comment_list *list, uint32_t job,
			   const char *text, size_t len)
{
	const struct spool_record record = {
		.kind = SPOOL_COMMENT,
		.job_id = job,
		.payload = (const uint8_t *)guarded_copy(text, len),
		.len = len,
	};

	return comment_list_add(list, &record, 100);
}

Test(comment_list, malformed_records_are_refused)
{
	const char *const bad[] = { "",
				    "\n",
				    "no newline",
				    "context\n",
				    "context\ncluster",
				    "\ncluster\n0\n" };
	struct comment_list list = { NULL, 0 };
	char *huge = calloc(1, COMMENT_REQUEST_MAX + 2);

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert_null(add(&list, 1, bad[i], strlen(bad[i])), "%zu", i);
	cr_assert_null(add(&list, 1, "con\0text\nc", 10));
	memset(huge, '\n', COMMENT_REQUEST_MAX + 1);
	cr_assert_null(add(&list, 1, huge, COMMENT_REQUEST_MAX + 1));
	cr_assert_eq(list.n, 0);
	free(huge);
}

Test(comment_list, keeps_order_and_replaces_a_job)
{
	struct comment_list list = { NULL, 0 };
	struct comment *c;
	uint64_t next = 0;

	cr_assert(add(&list, 1, "a\nx\n0\n", 6));
	cr_assert(add(&list, 2, "b\n\n0\n", 5));
	cr_assert(add(&list, 1, "c\nz\n0\n", 6));
	cr_assert_eq(list.n, 2);
	c = comment_list_due(&list, 100, &next);
	cr_assert_eq(c->job_id, 2);
	cr_assert_str_eq(c->cluster, "");
	comment_list_remove(&list, c);
	c = comment_list_due(&list, 100, &next);
	cr_assert_str_eq(c->context, "c");
	cr_assert_str_eq(c->cluster, "z");
	comment_list_clear(&list);
	cr_assert_eq(list.n, 0);
	cr_assert_null(comment_list_due(&list, 100, &next));
	cr_assert_eq(next, TIME_NEVER);
}

Test(comment_list, one_that_waits_lets_others_pass)
{
	struct comment_list list = { NULL, 0 };
	uint64_t next = 0;

	add(&list, 1, "a\nx\n0\n", 6)->not_before = 500;
	add(&list, 2, "a\nx\n0\n", 6)->not_before = 400;
	cr_assert_null(comment_list_due(&list, 399, &next));
	cr_assert_eq(next, 400);
	cr_assert_eq(comment_list_due(&list, 400, &next)->job_id, 2);
	cr_assert_eq(comment_list_due(&list, 500, &next)->job_id, 1);
	comment_list_clear(&list);
}

Test(comment_list, is_bounded)
{
	struct comment_list list = { NULL, 0 };

	for (uint32_t job = 0; job < COMMENTS_MAX; job++)
		cr_assert(add(&list, job, "a\nx\n0\n", 6));
	cr_assert_null(add(&list, COMMENTS_MAX, "a\nx\n0\n", 6));
	cr_assert(add(&list, 7, "b\nx\n0\n", 6));
	cr_assert_eq(list.n, COMMENTS_MAX);
	comment_list_clear(&list);
}
