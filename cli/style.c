/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Colours and signs; see style.h. */
#include "cli/style.h"

#include "cli/text.h"

/* Parameters of "Select Graphic Rendition" (ECMA-48). */
static const char *const renditions[] = {
	[STYLE_PLAIN] = "",   [STYLE_TITLE] = "1", [STYLE_FAINT] = "2",
	[STYLE_GOOD] = "32",  [STYLE_NOTE] = "33", [STYLE_BAD] = "31",
	[STYLE_SLURM] = "36", [STYLE_APP] = "94",
};

static const struct {
	const char *utf8, *ascii;
} signs[] = {
	[SIGN_RAIL] = { "\u2502  ", "|  " },
	[SIGN_BRANCH] = { "\u251c\u2500 ", "|- " },
	[SIGN_LAST_BRANCH] = { "\u2514\u2500 ", "`- " },
	[SIGN_NO_BRANCH] = { "   ", "   " },
	[SIGN_FAILED] = { "\u2717 ", "! " },
	[SIGN_MORE] = { "\u2026 ", "... " },
	[SIGN_DOT] = { " \u00b7 ", " - " },
};

const char *sign_text(enum sign sign, bool utf8)
{
	return utf8 ? signs[sign].utf8 : signs[sign].ascii;
}

void style_begin(struct buf *out, enum style style, bool color)
{
	if (color && *renditions[style])
		buf_printf(out, "\033[%sm", renditions[style]);
}

void style_end(struct buf *out, enum style style, bool color)
{
	if (color && *renditions[style])
		buf_puts(out, "\033[0m");
}

size_t style_put(struct buf *out, const struct look *look, enum style style,
		 const char *text, size_t max)
{
	size_t cells;

	style_begin(out, style, look->color);
	cells = text_put(out, text, max, look->utf8);
	style_end(out, style, look->color);
	return cells;
}

void put_blanks(struct buf *out, size_t n)
{
	while (n--)
		buf_putc(out, ' ');
}
