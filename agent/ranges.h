/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which spans of a batch are not settled yet, as a stack of ranges.  A batch
 * that is refused is halved until the refused spans stand alone, and a receiver
 * may go away in the middle of that: the stack is where it goes on.
 */
#ifndef OTEL_AGENT_RANGES_H
#define OTEL_AGENT_RANGES_H

#include <stdbool.h>
#include <stddef.h>

/* Halving keeps one range a level: the logarithm of any size_t fits. */
#define RANGES_MAX 65

struct range {
	size_t first, n;
};

struct ranges {
	struct range stack[RANGES_MAX];
	size_t depth;
};

/* All of n spans, n > 0. */
void ranges_start(struct ranges *ranges, size_t n);
bool ranges_empty(const struct ranges *ranges);
/* What to send next; there must be something. */
struct range ranges_top(const struct ranges *ranges);
/* The top is settled. */
void ranges_pop(struct ranges *ranges);
/* The first n spans of the top are settled, and more are left of it. */
void ranges_skip(struct ranges *ranges, size_t n);
/* Puts the halves of the top in its place, the first one on top.  Returns
 * false, and changes nothing, when the top is a single span. */
bool ranges_halve(struct ranges *ranges);

#endif
