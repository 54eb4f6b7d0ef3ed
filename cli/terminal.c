/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks the terminal and the environment; see terminal.h. */
#include "cli/terminal.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH_DEFAULT 80

static size_t width_from_environment(void)
{
	const char *text = getenv("COLUMNS");
	unsigned long width;
	char *end;

	if (!text || *text < '0' || *text > '9')
		return 0;
	width = strtoul(text, &end, 10);
	return *end ? 0 : width;
}

size_t terminal_width(size_t least, size_t most)
{
	struct winsize size = { 0 };
	size_t width = 0;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
		width = size.ws_col;
	if (!width)
		width = width_from_environment();
	if (!width)
		width = WIDTH_DEFAULT;
	if (width < least)
		return least;
	return width > most ? most : width;
}

bool terminal_wants_color(void)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no_color && *no_color) && term &&
	       *term && strcmp(term, "dumb") != 0;
}

bool terminal_is_utf8(void)
{
	return !strcmp(nl_langinfo(CODESET), "UTF-8");
}
