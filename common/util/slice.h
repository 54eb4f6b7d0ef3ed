/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A borrowed piece of text: what the parsers of lists (tracestate, baggage,
 * job context) walk over, so that none of them needs a NUL or a copy.
 */
#ifndef OTEL_UTIL_SLICE_H
#define OTEL_UTIL_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct slice {
	const char *p; /* not NUL-terminated; NULL: nothing left */
	size_t len;
};

/*
 * Takes the piece before the next sep off rest.  Empty pieces count: "" has
 * one, "a,,b" three.  Returns false, ret untouched, when none is left.
 */
static inline bool slice_split(struct slice *rest, char sep, struct slice *ret)
{
	const char *end;

	if (!rest->p)
		return false;
	end = memchr(rest->p, sep, rest->len);
	if (!end) {
		*ret = *rest;
		*rest = (struct slice){ NULL, 0 };
		return true;
	}
	*ret = (struct slice){ rest->p, (size_t)(end - rest->p) };
	rest->p = end + 1;
	rest->len -= ret->len + 1;
	return true;
}

/* Without the blanks and tabs around it (OWS of RFC 7230, section 3.2.3). */
static inline struct slice slice_trim(struct slice s)
{
	while (s.len && (s.p[0] == ' ' || s.p[0] == '\t')) {
		s.p++;
		s.len--;
	}
	while (s.len && (s.p[s.len - 1] == ' ' || s.p[s.len - 1] == '\t'))
		s.len--;
	return s;
}

static inline bool slice_equal(struct slice a, struct slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

#endif
