/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of a span: filled by span.c, read by encode.c and nobody else. */
#ifndef OTEL_SPAN_SPAN_PRIVATE_H
#define OTEL_SPAN_SPAN_PRIVATE_H

#include "span/span.h"

enum attr_type { ATTR_STR, ATTR_STRS, ATTR_INT, ATTR_DOUBLE, ATTR_BOOL };

/* Strings of a span live as long as it does, in a few blocks of memory: a
 * span has dozens of them, and it is made on a job's path. */
struct text_block {
	struct text_block *next;
	size_t used, size;
	char bytes[];
};

struct attr {
	char *key;
	size_t key_len;
	enum attr_type type;
	union {
		char *str;
		struct {
			char **list; /* in texts as well */
			size_t n;
		} strs;
		int64_t i;
		double d;
		bool b;
	} value;
};

struct event {
	uint64_t time_ns;
	char *name;
	bool has_attr;
	struct attr attr;
};

struct link {
	struct trace_context to;
	bool remote;
	bool has_attr;
	struct attr attr;
};

struct span {
	struct span_limits limits;
	bool failed; /* no memory for a part: must not be encoded */
	struct text_block *texts; /* owned; all char * below point into it */
	struct trace_context self;
	bool has_parent;
	bool parent_remote;
	struct span_id parent;
	char *tracestate;
	char *name;
	enum span_kind kind;
	uint64_t start_ns, end_ns;
	enum span_status status;
	char *message;
	struct attr *attrs; /* owned; grows up to limits.attr_count */
	size_t n_attrs, cap_attrs;
	uint32_t dropped_attrs;
	struct event *events;
	size_t n_events, cap_events;
	uint32_t dropped_events;
	struct link *links;
	size_t n_links, cap_links;
	uint32_t dropped_links;
};

#endif
