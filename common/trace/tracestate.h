/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tracestate (W3C Trace Context level 2, section 3.3): vendors' members that
 * travel beside traceparent.  We carry it, and write one member, "ot".
 */
#ifndef OTEL_TRACE_TRACESTATE_H
#define OTEL_TRACE_TRACESTATE_H

#include <stdbool.h>
#include <stddef.h>

#define TRACESTATE_MAX 2048 /* bytes we carry; the standard asks for 512 */
#define TRACESTATE_MEMBERS 32
#define TRACESTATE_INPUT_MAX 65536 /* longer input is refused unread */

/*
 * Validates text and writes it in canonical form (members joined by ',', no
 * blanks around them, empty members left out) to ret, which holds
 * TRACESTATE_MAX + 1 bytes.  What is over TRACESTATE_MAX is cut by whole
 * members: those longer than 128 characters first, then from the right.
 * Returns 0, or -1 when the list is not valid (bad key or value, a duplicate
 * key, over 32 members, over TRACESTATE_INPUT_MAX): ret is then untouched and
 * the caller goes on without a tracestate; traceparent is not spoiled by it.
 * NULL and "" yield "".
 */
int tracestate_normalize(const char *text, char *ret);

/*
 * Finds the value of key in a canonical tracestate.  Returns false when there
 * is none; else sets *ret to its first byte, not NUL-terminated, and *ret_len.
 */
bool tracestate_get(const char *tracestate, const char *key, const char **ret,
		    size_t *ret_len);

/*
 * Sets key=value in a canonical tracestate, in place (the buffer holds
 * TRACESTATE_MAX + 1 bytes): removed where it stood, put first, as the
 * standard asks of a modified member (section 3.5).  value NULL or "" only
 * removes.  What no longer fits is cut as by tracestate_normalize, never the
 * member just set.  key, value and tracestate must be valid; returns -1 and
 * changes nothing when not.
 */
int tracestate_set(char *tracestate, const char *key, const char *value);

#endif
