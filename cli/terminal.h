/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the terminal at the other end can do, and how wide it is. */
#ifndef OTEL_CLI_TERMINAL_H
#define OTEL_CLI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The width of the terminal that is stdout, else $COLUMNS, else 80; never
 * outside least to most.
 */
size_t terminal_width(size_t least, size_t most);

/* True when stdout is a terminal that wants colour: NO_COLOR is unset or
 * empty and TERM is set and not "dumb". */
bool terminal_wants_color(void);

/* True when the locale's characters are UTF-8.  Needs setlocale() first. */
bool terminal_is_utf8(void);

#endif
