/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Spans arranged into traces, and each trace into trees: children under
 * their parents, sorted by start time.  A tree is kept flat, in the order in
 * which it is drawn, so that walking it needs no recursion however deep a
 * hostile file makes it.
 */
#ifndef OTEL_CLI_TRACE_TREE_H
#define OTEL_CLI_TRACE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/span_set.h"
#include "util/err.h"

/* Why a span with a parent stands at the top all the same. */
enum orphan {
	ORPHAN_NOT,
	ORPHAN_MISSING,   /* the parent is in none of the files */
	ORPHAN_ELSEWHERE, /* as above, but another service made it */
	ORPHAN_LOOP,      /* the span is its own ancestor */
};

struct tree_node {
	const struct span_record *span; /* borrowed from the span_set */
	size_t size;        /* nodes of this subtree, this one included */
	uint32_t depth;     /* 0: a root */
	enum orphan orphan; /* not ORPHAN_NOT for roots only */
	bool last;          /* of its siblings */
	bool quiet;         /* nothing to remark in the whole subtree */
};

struct trace {
	struct trace_id id;
	struct tree_node *nodes;   /* depth first; node i's subtree is i to
				    * i + size, its next sibling follows */
	size_t n;                  /* at least 1 */
	uint64_t start_ns, end_ns; /* of all its spans; 0: none has a time */
};

struct trace_list {
	struct trace *traces; /* by start time */
	size_t n;
	size_t repeats; /* spans that were another's repetition */
};

/*
 * Arranges all spans of set, which must outlive the list.  Spans of the same
 * trace with the same span id are one span: the one that ends last counts.
 * Loops of parents are opened at their earliest span.  Returns 0 with *ret,
 * freed by trace_list_free, or -1 with err when there is no memory.
 */
int trace_list_build(const struct span_set *set, struct trace_list *ret,
		     struct err *err);

/* NULL-safe for an all-zero list; keeps errno. */
void trace_list_free(struct trace_list *list);

/* Recomputes start_ns and end_ns from the nodes. */
void trace_update_times(struct trace *trace);

/* Sorts by start time, then the root's job id, then trace id. */
void trace_list_sort(struct trace_list *list);

#endif
