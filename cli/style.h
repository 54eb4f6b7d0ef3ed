/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How things look: the colours, all from the sixteen that a terminal's own
 * theme defines, and the few signs that have an ASCII form.
 */
#ifndef OTEL_CLI_STYLE_H
#define OTEL_CLI_STYLE_H

#include <stdbool.h>
#include <stddef.h>

#include "util/buf.h"

enum style {
	STYLE_PLAIN,
	STYLE_TITLE,
	STYLE_FAINT,
	STYLE_GOOD,
	STYLE_NOTE, /* neither good nor bad: CANCELLED */
	STYLE_BAD,
	STYLE_SLURM, /* bars of Slurm's spans */
	STYLE_APP,   /* bars of an application's spans */
};

enum sign {
	SIGN_RAIL,
	SIGN_BRANCH,
	SIGN_LAST_BRANCH,
	SIGN_NO_BRANCH,
	SIGN_FAILED, /* before the reason of a failure */
	SIGN_MORE,   /* before the count of what is folded */
	SIGN_DOT,    /* between the items of a header */
};

#define BRANCH_CELLS 3
#define DOT_CELLS 3

/* What the terminal can do. */
struct look {
	bool utf8;
	bool color;
};

const char *sign_text(enum sign sign, bool utf8);

void style_begin(struct buf *out, enum style style, bool color);
void style_end(struct buf *out, enum style style, bool color);

/*
 * Appends text (from anywhere; see text.h) in a style, cut at max cells.
 * Returns the cells it takes.
 */
size_t style_put(struct buf *out, const struct look *look, enum style style,
		 const char *text, size_t max);

void put_blanks(struct buf *out, size_t n);

#endif
