/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which lines a trace is drawn with: one a span, but a long run of similar
 * siblings that all went well is folded into one line.
 */
#ifndef OTEL_CLI_LINES_H
#define OTEL_CLI_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/trace_tree.h"

/* Runs longer than this are folded, after their first few. */
#define FOLD_ABOVE 50
#define FOLD_KEEP 5

struct line {
	const struct tree_node *node; /* the first one, when folded */
	size_t folded;                /* siblings on this line; 0: just node */
	size_t spans;                 /* of their subtrees, themselves too */
	uint64_t start_ns, end_ns;    /* of all of them; start 0: not known */
	bool last;                    /* of its siblings */
};

/*
 * Plans the lines of a trace, which must outlive them; all: folds nothing.
 * Returns 0, *ret (the caller frees it) and *ret_n, or -1 when there is no
 * memory.
 */
int lines_plan(const struct trace *trace, bool all, struct line **ret,
	       size_t *ret_n);

#endif
