/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From spans to trees; see trace_tree.h.  Every step is a sort or a single
 * pass: a step array of any size, a chain of any depth and a loop of parents
 * all take n log n.
 */
#include "cli/trace_tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"

/* A span while its place in the tree is being found. */
struct item {
	const struct span_record *span;
	struct item *parent; /* NULL: a root */
	struct item *first, *last_child, *next;
	enum orphan orphan;
	size_t walk; /* number of the loop search that was here */
	size_t node; /* index in the flat tree */
};

static int compare_u64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_span_id(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	return memcmp(x->span->span_id.b, y->span->span_id.b, SPAN_ID_SIZE);
}

/* By trace, then span; of a span's repetitions the one to keep comes first. */
static int compare_identity(const void *a, const void *b)
{
	const struct span_record *x = ((const struct item *)a)->span;
	const struct span_record *y = ((const struct item *)b)->span;
	int order = memcmp(x->trace_id.b, y->trace_id.b, TRACE_ID_SIZE);

	if (!order)
		order = compare_span_id(a, b);
	if (!order)
		order = compare_u64(y->end_ns, x->end_ns);
	if (!order)
		order = (x > y) - (x < y);
	return order;
}

/* Earlier first; of two that start together the longer, as the outer one. */
static int compare_start(const void *a, const void *b)
{
	const struct span_record *x = (*(struct item *const *)a)->span;
	const struct span_record *y = (*(struct item *const *)b)->span;
	int order = compare_u64(x->start_ns, y->start_ns);

	if (!order)
		order = compare_u64(y->end_ns, x->end_ns);
	if (!order)
		order = memcmp(x->span_id.b, y->span_id.b, SPAN_ID_SIZE);
	return order;
}

static const char *job_of(const struct trace *trace)
{
	const char *id = trace->nodes[0].span->job_id;

	return id ? id : "";
}

static int compare_trace(const void *a, const void *b)
{
	const struct trace *x = a, *y = b;
	int order = compare_u64(x->start_ns, y->start_ns);

	/* the tasks of an array start together: 5_9 stands before 5_10 */
	if (!order)
		order = strverscmp(job_of(x), job_of(y));
	return order ? order : memcmp(x->id.b, y->id.b, TRACE_ID_SIZE);
}

static bool same_trace(const struct item *a, const struct item *b)
{
	return trace_id_equal(&a->span->trace_id, &b->span->trace_id);
}

/* Keeps the first of each span's repetitions.  Returns how many remain. */
static size_t unique(struct item *items, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (!kept || !same_trace(&items[kept - 1], &items[i]) ||
		    compare_span_id(&items[kept - 1], &items[i]))
			items[kept++] = items[i];
	return kept;
}

/* items are one trace's, sorted by span id. */
static void find_parents(struct item *items, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct span_record *span = items[i].span;
		struct span_record wanted = { .span_id = span->parent_id };
		struct item key = { .span = &wanted };

		if (!span->has_parent)
			continue;
		items[i].parent =
			bsearch(&key, items, n, sizeof(key), compare_span_id);
		if (!items[i].parent)
			items[i].orphan = span->parent_remote ? ORPHAN_ELSEWHERE
							      : ORPHAN_MISSING;
	}
}

/* Cuts the loop that member is in before its earliest span. */
static void open_loop(struct item *member)
{
	struct item *earliest = member;

	for (struct item *at = member->parent; at != member; at = at->parent)
		if (compare_start(&at, &earliest) < 0)
			earliest = at;
	earliest->parent = NULL;
	earliest->orphan = ORPHAN_LOOP;
}

/*
 * Walks up from every item as far as no walk has been.  A walk that meets its
 * own track has found a loop.
 */
static void open_loops(struct item *items, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct item *at = &items[i];

		for (; at && !at->walk; at = at->parent)
			at->walk = i + 1;
		if (at && at->walk == i + 1)
			open_loop(at);
	}
}

static void adopt(struct item *parent, struct item *child)
{
	if (parent->last_child)
		parent->last_child->next = child;
	else
		parent->first = child;
	parent->last_child = child;
}

/* Hangs every item below its parent, or below top, in order of start. */
static int hang(struct item *items, size_t n, struct item *top)
{
	_cleanup_free_ struct item **order = calloc(n, sizeof(struct item *));

	if (!order)
		return -1;
	for (size_t i = 0; i < n; i++)
		order[i] = &items[i];
	qsort(order, n, sizeof(struct item *), compare_start);
	for (size_t i = 0; i < n; i++)
		adopt(order[i]->parent ? order[i]->parent : top, order[i]);
	return 0;
}

/* The subtree of item is complete: its size is known, its parent hears. */
static void close_node(struct tree_node *nodes, size_t n, struct item *item)
{
	struct tree_node *node = &nodes[item->node];

	node->size = n - item->node;
	if (item->parent && !node->quiet)
		nodes[item->parent->node].quiet = false;
}

static void flatten(struct item *top, struct tree_node *nodes)
{
	struct item *item = top->first;
	uint32_t depth = 0;
	size_t n = 0;

	while (item) {
		item->node = n;
		nodes[n++] = (struct tree_node){
			.span = item->span,
			.depth = depth,
			.orphan = item->orphan,
			.last = !item->next,
			.quiet = span_quiet(item->span),
		};
		if (item->first) {
			item = item->first;
			depth++;
			continue;
		}
		close_node(nodes, n, item);
		while (!item->next && item->parent) {
			item = item->parent;
			depth--;
			close_node(nodes, n, item);
		}
		item = item->next;
	}
}

void trace_update_times(struct trace *trace)
{
	trace->start_ns = trace->end_ns = 0;
	for (size_t i = 0; i < trace->n; i++) {
		const struct span_record *span = trace->nodes[i].span;

		if (!span->start_ns)
			continue;
		if (!trace->start_ns || span->start_ns < trace->start_ns)
			trace->start_ns = span->start_ns;
		if (span->end_ns > trace->end_ns)
			trace->end_ns = span->end_ns;
	}
}

static int build_trace(struct item *items, size_t n, struct trace *ret)
{
	struct item top = { 0 };
	struct tree_node *nodes;

	find_parents(items, n);
	open_loops(items, n);
	if (hang(items, n, &top) < 0)
		return -1;
	nodes = calloc(n, sizeof(*nodes));
	if (!nodes)
		return -1;
	flatten(&top, nodes);
	ret->id = items->span->trace_id;
	ret->nodes = nodes;
	ret->n = n;
	trace_update_times(ret);
	return 0;
}

static size_t count_traces(const struct item *items, size_t n)
{
	size_t traces = n ? 1 : 0;

	for (size_t i = 1; i < n; i++)
		if (!same_trace(&items[i - 1], &items[i]))
			traces++;
	return traces;
}

static int build_traces(struct item *items, size_t n, struct trace_list *list)
{
	list->traces = calloc(count_traces(items, n) + 1, sizeof(struct trace));
	if (!list->traces)
		return -1;
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n; end++)
			if (!same_trace(&items[i], &items[end]))
				break;
		if (build_trace(items + i, end - i, &list->traces[list->n]) < 0)
			return -1;
		list->n++;
	}
	return 0;
}

int trace_list_build(const struct span_set *set, struct trace_list *ret,
		     struct err *err)
{
	_cleanup_free_ struct item *items =
		calloc(set->n + 1, sizeof(struct item));
	struct trace_list list = { 0 };
	size_t n;

	if (!items)
		return err_set(err, "out of memory");
	for (size_t i = 0; i < set->n; i++)
		items[i].span = &set->spans[i];
	qsort(items, set->n, sizeof(struct item), compare_identity);
	n = unique(items, set->n);
	list.repeats = set->n - n;
	if (build_traces(items, n, &list) < 0) {
		trace_list_free(&list);
		return err_set(err, "out of memory");
	}
	trace_list_sort(&list);
	*ret = list;
	return 0;
}

void trace_list_free(struct trace_list *list)
{
	int saved = errno;

	for (size_t i = 0; i < list->n; i++)
		free(list->traces[i].nodes);
	free(list->traces);
	*list = (struct trace_list){ 0 };
	errno = saved;
}

void trace_list_sort(struct trace_list *list)
{
	if (list->n)
		qsort(list->traces, list->n, sizeof(struct trace),
		      compare_trace);
}
