/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A span as a value of ours: built by a plugin, encoded once into the bytes
 * of an opentelemetry.proto.trace.v1.Span (OTLP 1.x), and never looked at
 * again by our own code.  Limits and UTF-8 repair happen while it is built,
 * so that what is encoded is always what a receiver accepts.
 */
#ifndef OTEL_SPAN_SPAN_H
#define OTEL_SPAN_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace/traceparent.h"
#include "util/err.h"

/* The numbers are OTLP's (trace.proto, Span.SpanKind and Status.StatusCode). */
enum span_kind {
	SPAN_KIND_INTERNAL = 1,
	SPAN_KIND_SERVER = 2,
	SPAN_KIND_CLIENT = 3,
	SPAN_KIND_PRODUCER = 4,
	SPAN_KIND_CONSUMER = 5,
};

enum span_status {
	SPAN_STATUS_UNSET = 0,
	SPAN_STATUS_OK = 1,
	SPAN_STATUS_ERROR = 2,
};

#define SPAN_EVENTS_MAX 128
#define SPAN_LINKS_MAX 128
#define SPAN_STRS_MAX 128
#define SPAN_STRS_SIZE 4096 /* bytes of all, with their NULs */

/* What a site lets leave: OpenTelemetry SDK specification, "Span Limits". */
struct span_limits {
	uint32_t attr_count;        /* attributes of a span; default 128 */
	uint32_t attr_value_length; /* code points of a string; 0: no limit */
	const char *const *deny;    /* keys never written; NULL-terminated, or
				     * NULL.  "prefix.*" denies a family.
				     * Borrowed for the span's life. */
};

#define SPAN_LIMITS_DEFAULT                                                    \
	{                                                                      \
		128, 1024, NULL                                                \
	}

/* Must an attribute of that key not leave the site? */
bool span_limits_deny(const struct span_limits *limits, const char *key);

struct span;

/*
 * Makes an empty span.  limits may be NULL for the defaults, and is copied.
 * The caller owns it and frees it with span_destroy.  Returns NULL when there
 * is no memory.  A span is used by one thread at a time.
 */
struct span *span_create(const struct span_limits *limits);
/* NULL is fine; keeps errno. */
void span_destroy(struct span *span);

/* Identity.  parent may be NULL: a root.  parent_remote: the parent is not of
 * this service's making (Span.flags bits 8 and 9). */
void span_set_context(struct span *span, const struct trace_context *self,
		      const struct span_id *parent, bool parent_remote);
void span_set_tracestate(struct span *span, const char *tracestate);
/* name is copied, repaired to UTF-8. */
void span_set_name(struct span *span, const char *name);
void span_set_kind(struct span *span, enum span_kind kind);
/* Unix nanoseconds; an end before the start is moved to the start. */
void span_set_times(struct span *span, uint64_t start_ns, uint64_t end_ns);
/* message only with SPAN_STATUS_ERROR, and may be NULL; copied, repaired. */
void span_set_status(struct span *span, enum span_status status,
		     const char *message);

/* Was its status set to Error?  False for NULL. */
bool span_is_error(const struct span *span);

/*
 * Attributes.  key is one of attrs.h, borrowed when it is a literal or copied
 * when made at run time: it is always copied here.  The last value of a key
 * wins.  Beyond the count limit the attribute is dropped and counted in
 * dropped_attributes_count; a denied key is left out without a count.
 * A NULL string value sets nothing.
 */
void span_set_str(struct span *span, const char *key, const char *value);
/* An array of strings, of which the first SPAN_STRS_MAX are told, as long as
 * they are no more than SPAN_STRS_SIZE bytes; the limit of a value's length
 * holds for each (OpenTelemetry specification, "Attribute Limits").  values may
 * end early, with a NULL: Slurm's own, of a step in a container, do. */
void span_set_strs(struct span *span, const char *key, char *const *values,
		   size_t n);
void span_set_int(struct span *span, const char *key, int64_t value);
void span_set_double(struct span *span, const char *key, double value);
void span_set_bool(struct span *span, const char *key, bool value);

/* Events and links, at most SPAN_EVENTS_MAX and SPAN_LINKS_MAX, the rest
 * counted as dropped.  An event takes at most one string attribute (key may
 * be NULL).  remote: the linked span is not of this service's making. */
void span_add_event(struct span *span, uint64_t time_ns, const char *name,
		    const char *key, const char *value);
void span_add_link(struct span *span, const struct trace_context *to,
		   bool remote, const char *key, const char *value);

/*
 * Serialises the span.  On success returns 0 and *ret_data (malloc'ed, the
 * caller frees it) and *ret_len; on failure -1 with err: no memory while the
 * span was built or now, or no valid ids.
 */
int span_encode(const struct span *span, uint8_t **ret_data, size_t *ret_len,
		struct err *err);

#endif
