/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages; see say.h. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* vasprintf */
#endif
#include "cli/say.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/terminal.h"
#include "cli/text.h"
#include "util/buf.h"

/* No message of ours is longer; an argument may be. */
#define CELLS_MAX 1000

void say(const char *fmt, ...)
{
	struct buf line = BUF_INIT;
	char *text;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (len < 0)
		return;
	text_put(&line, text, CELLS_MAX, terminal_is_utf8());
	fprintf(stderr, "slurm-otel: %.*s\n", (int)line.len,
		(const char *)line.data);
	buf_free(&line);
	free(text);
}
