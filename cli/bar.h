/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The time bar of a span: where in its trace it lies, to an eighth of a cell.
 */
#ifndef OTEL_CLI_BAR_H
#define OTEL_CLI_BAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

enum bar_fill {
	BAR_SOLID,
	BAR_WAIT, /* nothing runs: a queued phase */
	BAR_MANY, /* many spans folded into one line */
};

/* What the whole width stands for. */
struct bar_scale {
	uint64_t start_ns, end_ns;
	size_t cells; /* at least 1 */
};

/* The cells a bar covers, and how far it reaches into the outer ones. */
struct bar {
	size_t blank;          /* cells before it */
	size_t cells;          /* at least 1; blank + cells <= scale's */
	unsigned int from, to; /* eighths, counted from its first cell */
	const char *fill;      /* of whole cells; NULL: block elements */
};

/*
 * Places a span; what lies outside the scale is cut.  Any span gets one
 * visible cell at the least.  Without utf8, and for fills that have no partial
 * blocks, the ends are rounded to whole cells.
 */
void bar_place(const struct bar_scale *scale, uint64_t start_ns,
	       uint64_t end_ns, enum bar_fill fill, bool utf8, struct bar *ret);

/* Appends the cells of the bar, without the blanks before it. */
void bar_put(struct buf *out, const struct bar *bar);

#endif
