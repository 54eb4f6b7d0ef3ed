/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Folding; see lines.h. */
#include "cli/lines.h"

#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"

struct place {
	size_t fold; /* how many siblings to fold from this one on */
	bool in_run; /* a run that holds it is known */
};

/* The next sibling of node i, or n. */
static size_t next_sibling(const struct trace *trace, size_t i)
{
	const struct tree_node *node = &trace->nodes[i];

	return node->last ? trace->n : i + node->size;
}

static bool similar(const struct tree_node *a, const struct tree_node *b)
{
	if (!a->quiet || !b->quiet || a->orphan != b->orphan ||
	    a->span->type != b->span->type)
		return false;
	return a->span->type != TYPE_OTHER ||
	       !strcmp(a->span->name, b->span->name);
}

/* The run of siblings that starts with first: all but a few are folded. */
static void take_run(const struct trace *trace, size_t first,
		     struct place *places)
{
	size_t length = 0, fold = first;

	for (size_t i = first; i < trace->n; i = next_sibling(trace, i)) {
		if (!similar(&trace->nodes[first], &trace->nodes[i]))
			break;
		places[i].in_run = true;
		if (length++ == FOLD_KEEP)
			fold = i;
	}
	if (length > FOLD_ABOVE)
		places[fold].fold = length - FOLD_KEEP;
}

/* Adds the span times of a subtree. */
static void widen(struct line *line, const struct tree_node *node)
{
	const struct span_record *span = node->span;

	line->folded++;
	line->spans += node->size;
	line->last = node->last;
	if (!span->start_ns)
		return;
	if (!line->start_ns || span->start_ns < line->start_ns)
		line->start_ns = span->start_ns;
	if (span->end_ns > line->end_ns)
		line->end_ns = span->end_ns;
}

/* One line for count siblings from node i on.  Returns the node after them. */
static size_t fold(const struct trace *trace, size_t i, size_t count,
		   struct line *ret)
{
	*ret = (struct line){ .node = &trace->nodes[i] };
	while (count--) {
		widen(ret, &trace->nodes[i]);
		i += trace->nodes[i].size;
	}
	return i;
}

static void single(const struct tree_node *node, struct line *ret)
{
	*ret = (struct line){
		.node = node,
		.spans = 1,
		.start_ns = node->span->start_ns,
		.end_ns = node->span->end_ns,
		.last = node->last,
	};
}

static size_t plan(const struct trace *trace, const struct place *places,
		   struct line *lines)
{
	size_t n = 0, i = 0;

	while (i < trace->n) {
		if (places[i].fold)
			i = fold(trace, i, places[i].fold, &lines[n++]);
		else
			single(&trace->nodes[i++], &lines[n++]);
	}
	return n;
}

int lines_plan(const struct trace *trace, bool all, struct line **ret,
	       size_t *ret_n)
{
	_cleanup_free_ struct place *places =
		calloc(trace->n, sizeof(struct place));
	struct line *lines = calloc(trace->n, sizeof(struct line));

	if (!places || !lines) {
		free(lines);
		return -1;
	}
	for (size_t i = 0; !all && i < trace->n; i++)
		if (!places[i].in_run)
			take_run(trace, i, places);
	*ret_n = plan(trace, places, lines);
	*ret = lines;
	return 0;
}
