/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hostile text on a terminal; see text.h. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* wcwidth */
#endif
#include "cli/text.h"

#include <stdint.h>
#include <string.h>
#include <wchar.h>

#define COMBINING_MAX 2
/* Wider than any terminal: what is measured beyond it is never shown. */
#define WIDTH_MAX 4096

#define REPLACEMENT L'\xfffd'

/*
 * Invisible, and terminals do not agree on what they do: direction and join
 * controls, variation selectors, tags, interlinear marks.
 */
static const struct {
	wchar_t first, last;
} invisible[] = {
	{ 0x00ad, 0x00ad },   { 0x034f, 0x034f },   { 0x061c, 0x061c },
	{ 0x115f, 0x1160 },   { 0x17b4, 0x17b5 },   { 0x180b, 0x180f },
	{ 0x200b, 0x200f },   { 0x2028, 0x202e },   { 0x2060, 0x206f },
	{ 0x3164, 0x3164 },   { 0xfe00, 0xfe0f },   { 0xfeff, 0xfeff },
	{ 0xffa0, 0xffa0 },   { 0xfff0, 0xfffb },   { 0x1bca0, 0x1bca3 },
	{ 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff },
};

/* One character to show; len 0 for one to leave out. */
struct glyph {
	char bytes[16];
	size_t len;
	size_t cells;
};

static bool is_invisible(wchar_t c)
{
	for (size_t i = 0; i < sizeof(invisible) / sizeof(invisible[0]); i++)
		if (c >= invisible[i].first && c <= invisible[i].last)
			return true;
	return false;
}

/* What stands for a character that must not reach the terminal itself. */
static wchar_t visible(wchar_t c)
{
	if (c < 0x20)
		return 0x2400 + c; /* Control Pictures */
	if (c == 0x7f)
		return 0x2421;
	return wcwidth(c) < 0 ? REPLACEMENT : c;
}

static size_t next_utf8(const char *text, struct glyph *ret)
{
	mbstate_t state = { 0 };
	size_t used;
	wchar_t c;
	int cells;

	used = mbrtowc(&c, text, strlen(text) < 8 ? strlen(text) : 8, &state);
	if (used == (size_t)-1 || used == (size_t)-2) {
		c = REPLACEMENT;
		used = 1;
	}
	*ret = (struct glyph){ 0 };
	if (is_invisible(c))
		return used;
	c = visible(c);
	cells = wcwidth(c);
	memset(&state, 0, sizeof(state));
	ret->len = wcrtomb(ret->bytes, c, &state);
	if (ret->len == (size_t)-1)
		ret->len = 0;
	ret->cells = cells > 0 ? (size_t)cells : 0;
	return used;
}

static size_t next_ascii(const char *text, struct glyph *ret)
{
	unsigned char c = (unsigned char)*text;

	*ret = (struct glyph){ .bytes = { (char)c }, .len = 1, .cells = 1 };
	if (c < 0x20 || c >= 0x7f)
		ret->bytes[0] = '?';
	/* The rest of a multibyte character, shown by its first byte. */
	if ((c & 0xc0) == 0x80)
		*ret = (struct glyph){ 0 };
	return 1;
}

size_t text_put(struct buf *out, const char *text, size_t max, bool utf8)
{
	const char *ellipsis = utf8 ? "\u2026" : "...";
	size_t ellipsis_cells = utf8 ? 1 : 3;
	size_t room = max > ellipsis_cells ? max - ellipsis_cells : 0;
	size_t cells = 0, cut_len = out->len, cut_cells = 0, combining = 0;
	struct glyph glyph;

	while (*text) {
		text += (utf8 ? next_utf8 : next_ascii)(text, &glyph);
		combining = glyph.cells ? 0 : combining + 1;
		/* A mark needs something to stand on. */
		if (!glyph.cells && (!cells || combining > COMBINING_MAX))
			continue;
		if (cells + glyph.cells > max) {
			out->len = cut_len;
			if (max < ellipsis_cells)
				return cut_cells;
			buf_puts(out, ellipsis);
			return cut_cells + ellipsis_cells;
		}
		buf_append(out, glyph.bytes, glyph.len);
		cells += glyph.cells;
		if (cells <= room) {
			cut_len = out->len;
			cut_cells = cells;
		}
	}
	return cells;
}

size_t text_width(const char *text, bool utf8)
{
	struct buf scratch = BUF_INIT;
	size_t cells = text_put(&scratch, text, WIDTH_MAX, utf8);

	buf_free(&scratch);
	return cells;
}
