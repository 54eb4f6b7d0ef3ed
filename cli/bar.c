/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Time bars from block elements; see bar.h.  Unicode fills cells in eighths
 * from the left, but from the right only half and by one eighth: a bar's end
 * is drawn to an eighth, its start to half a cell.
 */
#include "cli/bar.h"

#include <stdlib.h>

#define EIGHTHS 8

#define BLOCK_RIGHT_HALF "\u2590"

/* What a cell can show when all of a bar lies in it; the first eight, fills
 * from the left, are in order of their width. */
static const struct block {
	const char *text;
	int from, to; /* eighths of the cell it covers */
} blocks[] = {
	{ "\u258f", 0, 1 }, { "\u258e", 0, 2 }, { "\u258d", 0, 3 },
	{ "\u258c", 0, 4 }, { "\u258b", 0, 5 }, { "\u258a", 0, 6 },
	{ "\u2589", 0, 7 }, { "\u2588", 0, 8 }, { BLOCK_RIGHT_HALF, 4, 8 },
	{ "\u2595", 7, 8 },
};

/* Fills that know no parts of cells, in UTF-8 and ASCII. */
static const struct {
	const char *utf8, *ascii;
} fills[] = {
	[BAR_SOLID] = { NULL, "#" },
	[BAR_WAIT] = { "\u2591", "." },
	[BAR_MANY] = { "\u2592", "%" },
};

/* Eighths of a cell from the left edge.  A double is exact enough: its 53
 * bits tell apart the eighths of any terminal. */
static unsigned int position(const struct bar_scale *scale, uint64_t ns)
{
	unsigned int end = (unsigned int)scale->cells * EIGHTHS;

	if (ns >= scale->end_ns)
		return end;
	if (ns <= scale->start_ns)
		return 0;
	return (unsigned int)((double)(ns - scale->start_ns) /
				      (double)(scale->end_ns -
					       scale->start_ns) *
				      end +
			      0.5);
}

void bar_place(const struct bar_scale *scale, uint64_t start_ns,
	       uint64_t end_ns, enum bar_fill fill, bool utf8, struct bar *ret)
{
	const char *text = utf8 ? fills[fill].utf8 : fills[fill].ascii;
	unsigned int end = (unsigned int)scale->cells * EIGHTHS;
	unsigned int least = text ? EIGHTHS : 1;
	unsigned int from = position(scale, start_ns);
	unsigned int to = position(scale, end_ns);

	/* A trace without any length: one moment fills it. */
	if (scale->end_ns <= scale->start_ns)
		from = 0;
	from = (from + least / 2) / least * least;
	to = (to + least / 2) / least * least;
	if (from > end - least)
		from = end - least;
	if (to < from + least)
		to = from + least;
	ret->blank = from / EIGHTHS;
	ret->cells = (to + EIGHTHS - 1) / EIGHTHS - ret->blank;
	ret->from = from - (unsigned int)ret->blank * EIGHTHS;
	ret->to = to - (unsigned int)ret->blank * EIGHTHS;
	ret->fill = text;
}

/* A bar within one cell: the right width first, then the right place. */
static const char *small_block(int from, int to)
{
	const struct block *best = NULL;
	int best_error = 0;

	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		const struct block *block = &blocks[i];
		int width = (block->to - block->from) - (to - from);
		int place = (block->to + block->from) - (to + from);
		int error = 4 * abs(width) + abs(place);

		if (!best || error < best_error) {
			best = block;
			best_error = error;
		}
	}
	return best->text;
}

static const char *left_block(int to)
{
	return blocks[(to < EIGHTHS ? to : EIGHTHS) - 1].text;
}

/* The first cell of a bar that goes on in the next. */
static const char *start_block(int from)
{
	if (from <= 2)
		return left_block(EIGHTHS);
	return from <= 6 ? BLOCK_RIGHT_HALF : " ";
}

void bar_put(struct buf *out, const struct bar *bar)
{
	for (size_t i = 0; i < bar->cells; i++) {
		int to = (int)bar->to - (int)i * EIGHTHS;

		if (bar->fill)
			buf_puts(out, bar->fill);
		else if (bar->cells == 1)
			buf_puts(out, small_block((int)bar->from, to));
		else
			buf_puts(out, i ? left_block(to)
					: start_block((int)bar->from));
	}
}
