/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of a line; see row.h. */
#include "cli/row.h"

#include <string.h>

#include "cli/label.h"
#include "cli/text.h"

#define GAP 2
/* A name cut shorter than this says too little: something else goes first. */
#define NAME_FAIR 16

/* What may go, in this order. */
static const enum row_part droppable[] = { ROW_TASK, ROW_DETAIL, ROW_NOTE };

static const char *const orphan_notes[] = {
	[ORPHAN_NOT] = "",
	[ORPHAN_MISSING] = "parent missing",
	[ORPHAN_ELSEWHERE] = "parent elsewhere",
	[ORPHAN_LOOP] = "parent loop",
};

static void compose_folded(struct row *row, const struct line *line,
			   const struct look *look)
{
	struct buf *name = &row->text[ROW_NAME];

	buf_puts(name, sign_text(SIGN_MORE, look->utf8));
	label_more(line->node->span, line->folded, name);
	if (line->spans > line->folded)
		buf_printf(name, ", %zu spans below",
			   line->spans - line->folded);
	buf_puts(name, ", all ok");
	row->style[ROW_NAME] = STYLE_FAINT;
}

static void compose_span(struct row *row, const struct line *line,
			 const struct look *look)
{
	const struct span_record *span = line->node->span;
	struct buf *mark = &row->text[ROW_MARK];
	bool failed = span_failed(span);

	label_name(span, &row->text[ROW_NAME]);
	label_detail(span, &row->text[ROW_DETAIL]);
	if (failed)
		buf_puts(mark, sign_text(SIGN_FAILED, look->utf8));
	label_mark(span, mark);
	label_task(span, &row->text[ROW_TASK]);
	buf_puts(&row->text[ROW_NOTE], orphan_notes[line->node->orphan]);
	row->style[ROW_NAME] = STYLE_PLAIN;
	row->style[ROW_DETAIL] = STYLE_FAINT;
	row->style[ROW_MARK] = failed ? STYLE_BAD : STYLE_NOTE;
	row->style[ROW_TASK] = STYLE_FAINT;
	row->style[ROW_NOTE] = STYLE_NOTE;
}

static const char *part_text(const struct row *row, int part)
{
	return (const char *)row->text[part].data;
}

int row_compose(struct row *row, const struct line *line,
		const struct look *look)
{
	for (int i = 0; i < ROW_PARTS; i++)
		buf_clear(&row->text[i]);
	if (line->folded)
		compose_folded(row, line, look);
	else
		compose_span(row, line, look);
	for (int i = 0; i < ROW_PARTS; i++) {
		buf_putc(&row->text[i], '\0');
		if (row->text[i].failed)
			return -1;
		row->cells[i] = text_width(part_text(row, i), look->utf8);
	}
	return 0;
}

static size_t total(const size_t *cells)
{
	size_t sum = 0;

	for (int i = 0; i < ROW_PARTS; i++)
		if (cells[i])
			sum += cells[i] + (sum ? GAP : 0);
	return sum;
}

size_t row_width(const struct row *row)
{
	return total(row->cells);
}

/* Takes what is too much from one part, down to least. */
static void shrink(size_t *cells, int part, size_t least, size_t room)
{
	size_t sum = total(cells), excess = sum > room ? sum - room : 0;

	if (cells[part] <= least)
		return;
	if (excess > cells[part] - least)
		excess = cells[part] - least;
	cells[part] -= excess;
}

/* Finds the cells of each part, given all they want on entry. */
static void fit(size_t *cells, size_t room)
{
	for (size_t i = 0; i < sizeof(droppable) / sizeof(droppable[0]); i++) {
		size_t spare = cells[ROW_NAME] > NAME_FAIR
				       ? cells[ROW_NAME] - NAME_FAIR
				       : 0;

		if (total(cells) - spare <= room)
			break;
		cells[droppable[i]] = 0;
	}
	shrink(cells, ROW_NAME, NAME_FAIR / 2, room);
	shrink(cells, ROW_MARK, room / 2, room);
	shrink(cells, ROW_NAME, 1, room);
	shrink(cells, ROW_MARK, 0, room);
}

size_t row_put(struct buf *out, const struct row *row, const struct look *look,
	       size_t room)
{
	size_t cells[ROW_PARTS], used = 0;

	memcpy(cells, row->cells, sizeof(cells));
	fit(cells, room);
	for (int i = 0; i < ROW_PARTS; i++) {
		if (!cells[i])
			continue;
		put_blanks(out, used ? GAP : 0);
		used += used ? GAP : 0;
		used += style_put(out, look, row->style[i], part_text(row, i),
				  cells[i]);
	}
	return used;
}

void row_free(struct row *row)
{
	for (int i = 0; i < ROW_PARTS; i++)
		buf_free(&row->text[i]);
}
