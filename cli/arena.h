/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory for the many short strings of a trace file: taken piece by piece,
 * given back all at once.
 */
#ifndef OTEL_CLI_ARENA_H
#define OTEL_CLI_ARENA_H

#include <stddef.h>

struct arena {
	struct arena_chunk *chunks; /* newest first */
	size_t used;                /* of the newest chunk */
};

/*
 * Copies len bytes of text and adds a NUL.  NUL bytes inside become '?', so
 * that nothing hides behind one.  The copy lives until arena_free.  Returns
 * NULL when there is no memory.
 */
const char *arena_text(struct arena *arena, const char *text, size_t len);

/* Gives everything back; an empty (all-zero) arena is fine.  Keeps errno. */
void arena_free(struct arena *arena);

#endif
