/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The trace id in a job's comment. */
#include "span/comment.h"

#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#define ID "0af7651916cd43dd8448eb211c80319c"

static const struct trace_id id = { { 0x0a, 0xf7, 0x65, 0x19, 0x16, 0xcd, 0x43,
				      0xdd, 0x84, 0x48, 0xeb, 0x21, 0x1c, 0x80,
				      0x31, 0x9c } };

static void expect(const char *existing, const char *url, const char *want)
{
	char *got = comment_compose(existing, &id, url);

	if (want)
		cr_assert_str_eq(got, want);
	else
		cr_assert_null(got);
	free(got);
}

Test(comment, shows_the_id_behind_what_was_there)
{
	expect(NULL, NULL, "trace_id=" ID);
	expect("", NULL, "trace_id=" ID);
	expect("ticket 42", NULL, "ticket 42 trace_id=" ID);
	expect("trace_id=none", NULL, "trace_id=none trace_id=" ID);
	expect("trace_id=0AF7", NULL, "trace_id=0AF7 trace_id=" ID);
}

Test(comment, is_left_alone_when_it_shows_one)
{
	expect("trace_id=" ID, NULL, NULL);
	expect("a trace_id=ffffffffffffffffffffffffffffffff b", NULL, NULL);
}

Test(comment, fills_in_the_url)
{
	expect(NULL, "https://t/{trace_id}?x=1",
	       "trace_id=" ID " https://t/" ID "?x=1");
	expect(NULL, "{trace_id}{trace_id}", "trace_id=" ID " " ID ID);
	expect(NULL, "https://t/%s%n", "trace_id=" ID " https://t/%s%n");
}

Test(comment, request_has_three_lines)
{
	char long_name[1000], text[COMMENT_REQUEST_MAX + 1];
	struct comment_request request = { .cluster = "demo", .restart = 3 };

	request.context.trace_id = id;
	comment_request_format(&request, text);
	cr_assert(strstr(text, ID));
	cr_assert_str_eq(strchr(text, '\n'), "\ndemo\n3\n");
	memset(long_name, 'x', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	request.cluster = long_name;
	comment_request_format(&request, text);
	cr_assert_leq(strlen(text), COMMENT_REQUEST_MAX);
	cr_assert_str_eq(text + strlen(text) - 3, "\n3\n");
}
