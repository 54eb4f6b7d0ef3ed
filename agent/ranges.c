/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of a batch is not settled; see ranges.h. */
#include "ranges.h"

void ranges_start(struct ranges *ranges, size_t n)
{
	ranges->stack[0] = (struct range){ 0, n };
	ranges->depth = 1;
}

bool ranges_empty(const struct ranges *ranges)
{
	return ranges->depth == 0;
}

struct range ranges_top(const struct ranges *ranges)
{
	return ranges->stack[ranges->depth - 1];
}

void ranges_pop(struct ranges *ranges)
{
	ranges->depth--;
}

void ranges_skip(struct ranges *ranges, size_t n)
{
	ranges->stack[ranges->depth - 1].first += n;
	ranges->stack[ranges->depth - 1].n -= n;
}

bool ranges_halve(struct ranges *ranges)
{
	struct range top = ranges_top(ranges);
	size_t half = top.n - top.n / 2;

	if (top.n < 2)
		return false;
	ranges->stack[ranges->depth - 1] =
		(struct range){ top.first + half, top.n - half };
	ranges->stack[ranges->depth++] = (struct range){ top.first, half };
	return true;
}
