/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text from outside made fit for a terminal: nothing that moves the cursor,
 * changes the colour or turns the writing direction gets through, and it
 * takes no more cells than it is given.
 */
#ifndef OTEL_CLI_TEXT_H
#define OTEL_CLI_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "util/buf.h"

/*
 * Appends text to out, at most max cells wide, cut with an ellipsis when it
 * is wider; returns the cells it takes.  Control characters become visible
 * ones (ESC is shown as U+241B, without utf8 as '?'), ill-formed bytes U+FFFD
 * or '?'; invisible characters and all but two combining marks of a character
 * are left out.  utf8 needs a UTF-8 locale; without it only ASCII is written.
 */
size_t text_put(struct buf *out, const char *text, size_t max, bool utf8);

/* The cells that text_put would take, given all it wants. */
size_t text_width(const char *text, bool utf8);

#endif
