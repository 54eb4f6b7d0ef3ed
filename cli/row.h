/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of a line, fitted into the name column: name, detail, mark,
 * task and note.  Where room is short what says least goes first, and a long
 * name is cut; why a span failed stays as long as it can.
 */
#ifndef OTEL_CLI_ROW_H
#define OTEL_CLI_ROW_H

#include <stddef.h>

#include "cli/lines.h"
#include "cli/style.h"

enum row_part { ROW_NAME, ROW_DETAIL, ROW_MARK, ROW_TASK, ROW_NOTE, ROW_PARTS };

/* Reused from line to line; start with all zero, end with row_free. */
struct row {
	struct buf text[ROW_PARTS]; /* NUL-terminated, raw */
	size_t cells[ROW_PARTS];    /* 0: nothing to say */
	enum style style[ROW_PARTS];
};

/* Finds the words for a line.  Returns -1 when there is no memory. */
int row_compose(struct row *row, const struct line *line,
		const struct look *look);

/* The cells it takes, given all it wants. */
size_t row_width(const struct row *row);

/* Appends it, in at most room cells.  Returns the cells it takes. */
size_t row_put(struct buf *out, const struct row *row, const struct look *look,
	       size_t room);

void row_free(struct row *row);

#endif
