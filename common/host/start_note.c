/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What slurmctld's start hook did; see start_note.h. */
#include "host/start_note.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void start_note_format(uint32_t restart, const struct start_note *note,
		       char *ret)
{
	snprintf(ret, START_NOTE_SIZE, "%" PRIu32 ":%s%s%s", restart,
		 note->wait_told ? "wait" : "",
		 note->wait_told && note->comment_shown ? "," : "",
		 note->comment_shown ? "comment" : "");
}

struct start_note start_note_parse(const char *text, uint32_t restart)
{
	char known[START_NOTE_SIZE];

	for (unsigned bits = 1; text && bits < 4; bits++) {
		const struct start_note note = { .wait_told = bits & 1,
						 .comment_shown = bits & 2 };

		start_note_format(restart, &note, known);
		if (!strcmp(text, known))
			return note;
	}
	return (struct start_note){ .wait_told = false };
}
