/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What slurmctld's start hook leaves for the end and for the prologs. */
#include "host/start_note.h"

#include <stddef.h>

#include <criterion/criterion.h>

Test(start_note, nothing_is_read_out_of_what_it_is_not)
{
	static const char *const bad[] = {
		"",
		"0",
		"0:",
		":wait",
		"0:wait,",
		"0:waits",
		"0:comment,wait",
		"0:wait,comment,",
		"-0:wait",
		"00:wait",
		" 0:wait",
		"0:Wait",
		"4294967296:wait",
		"0:wait\n",
		"1:wait,comment",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct start_note note = start_note_parse(bad[i], 0);

		cr_assert_not(note.wait_told, "%s", bad[i]);
		cr_assert_not(note.comment_shown, "%s", bad[i]);
	}
	cr_assert_not(start_note_parse(NULL, 0).wait_told);
}

Test(start_note, comes_back_for_its_attempt_alone)
{
	for (unsigned bits = 0; bits < 4; bits++) {
		const struct start_note note = { .wait_told = bits & 1,
						 .comment_shown = bits & 2 };
		char text[START_NOTE_SIZE];
		struct start_note got;

		start_note_format(UINT32_MAX, &note, text);
		got = start_note_parse(text, UINT32_MAX);
		cr_assert_eq(got.wait_told, note.wait_told, "%s", text);
		cr_assert_eq(got.comment_shown, note.comment_shown, "%s", text);
		got = start_note_parse(text, UINT32_MAX - 1);
		cr_assert_not(got.wait_told || got.comment_shown, "%s", text);
	}
}

Test(start_note, is_the_text_that_is_documented)
{
	const struct start_note both = { .wait_told = true,
					 .comment_shown = true };
	char text[START_NOTE_SIZE];

	start_note_format(2, &both, text);
	cr_assert_str_eq(text, "2:wait,comment");
}
