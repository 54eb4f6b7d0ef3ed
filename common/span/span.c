/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builds a span value: copies, repairs, bounds and counts; see span.h. */
#include "span/span_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/utf8.h"

#define NAME_CHARS_MAX 1024
#define TEXT_BLOCK 2048

struct span *span_create(const struct span_limits *limits)
{
	static const struct span_limits defaults = SPAN_LIMITS_DEFAULT;
	struct span *span = calloc(1, sizeof(*span));

	if (!span)
		return NULL;
	span->limits = limits ? *limits : defaults;
	span->kind = SPAN_KIND_INTERNAL;
	return span;
}

void span_destroy(struct span *span)
{
	int saved = errno;
	struct text_block *next;

	if (!span)
		return;
	for (struct text_block *block = span->texts; block; block = next) {
		next = block->next;
		free(block);
	}
	free(span->attrs);
	free(span->events);
	free(span->links);
	free(span);
	errno = saved;
}

/* Room for a string that ends with the span; NULL, and failed, without
 * memory. */
static char *text_room(struct span *span, size_t size)
{
	struct text_block *block = span->texts;
	size_t want = size > TEXT_BLOCK ? size : TEXT_BLOCK;

	if (!block || block->size - block->used < size) {
		block = malloc(sizeof(*block) + want);
		if (!block) {
			span->failed = true;
			return NULL;
		}
		block->next = span->texts;
		block->used = 0;
		block->size = want;
		span->texts = block;
	}
	return block->bytes + block->used;
}

/* A copy in valid UTF-8 of at most max_chars code points (0: no limit). */
static char *copy_text(struct span *span, const char *text, size_t max_chars)
{
	/* One code point takes 4 bytes at most: what lies beyond is never
	 * read, however long the user made it. */
	size_t len = max_chars ? strnlen(text, 4 * max_chars) : strlen(text);
	bool as_it_is =
		(!max_chars || len <= max_chars) && utf8_valid(text, len);
	char *ret = text_room(span, as_it_is ? len + 1 : 3 * len + 1);

	if (!ret)
		return NULL;
	if (as_it_is) {
		memcpy(ret, text, len);
		ret[len] = '\0';
	} else {
		len = utf8_repair(text, len, max_chars, ret);
	}
	span->texts->used += len + 1;
	return ret;
}

void span_set_context(struct span *span, const struct trace_context *self,
		      const struct span_id *parent, bool parent_remote)
{
	span->self = *self;
	span->has_parent = parent && span_id_valid(parent);
	span->parent_remote = span->has_parent && parent_remote;
	if (span->has_parent)
		span->parent = *parent;
}

void span_set_tracestate(struct span *span, const char *tracestate)
{
	span->tracestate = tracestate ? copy_text(span, tracestate, 0) : NULL;
}

void span_set_name(struct span *span, const char *name)
{
	span->name = name ? copy_text(span, name, NAME_CHARS_MAX) : NULL;
}

void span_set_kind(struct span *span, enum span_kind kind)
{
	span->kind = kind;
}

void span_set_times(struct span *span, uint64_t start_ns, uint64_t end_ns)
{
	span->start_ns = start_ns;
	span->end_ns = end_ns < start_ns ? start_ns : end_ns;
}

void span_set_status(struct span *span, enum span_status status,
		     const char *message)
{
	span->status = status;
	span->message = status == SPAN_STATUS_ERROR && message
				? copy_text(span, message, NAME_CHARS_MAX)
				: NULL;
}

bool span_is_error(const struct span *span)
{
	return span && span->status == SPAN_STATUS_ERROR;
}

/* "prefix.*" denies all keys that start with "prefix." */
bool span_limits_deny(const struct span_limits *limits, const char *key)
{
	const char *const *deny = limits->deny;

	for (; deny && *deny; deny++) {
		size_t len = strlen(*deny);

		if (len >= 2 && !strcmp(*deny + len - 2, ".*")) {
			if (!strncmp(key, *deny, len - 1))
				return true;
		} else if (!strcmp(key, *deny)) {
			return true;
		}
	}
	return false;
}

/* Makes room for one more element; false, and failed, without memory. */
static bool grow(struct span *span, void **array, size_t n, size_t *cap,
		 size_t size)
{
	size_t want = *cap ? 2 * *cap : 16;
	void *more;

	if (n < *cap)
		return true;
	more = reallocarray(*array, want, size);
	if (!more) {
		span->failed = true;
		return false;
	}
	*array = more;
	*cap = want;
	return true;
}

/* Where the value of key goes: over the old one, or into a new attribute.
 * NULL when it is denied, over the limit, or there is no memory. */
static struct attr *attr_slot(struct span *span, const char *key)
{
	const size_t len = strlen(key);
	struct attr *attr;

	if (!*key || span_limits_deny(&span->limits, key))
		return NULL;
	for (size_t i = 0; i < span->n_attrs; i++) {
		attr = &span->attrs[i];
		if (attr->key_len == len && !memcmp(attr->key, key, len))
			return attr;
	}
	if (span->n_attrs >= span->limits.attr_count) {
		span->dropped_attrs++;
		return NULL;
	}
	if (!grow(span, (void **)&span->attrs, span->n_attrs, &span->cap_attrs,
		  sizeof(*attr)))
		return NULL;
	attr = &span->attrs[span->n_attrs];
	memset(attr, 0, sizeof(*attr));
	attr->type = ATTR_INT;
	attr->key = copy_text(span, key, NAME_CHARS_MAX);
	if (!attr->key)
		return NULL;
	attr->key_len = strlen(attr->key);
	span->n_attrs++;
	return attr;
}

void span_set_str(struct span *span, const char *key, const char *value)
{
	struct attr *attr = value ? attr_slot(span, key) : NULL;

	if (!attr)
		return;
	attr->type = ATTR_STR;
	attr->value.str =
		copy_text(span, value, span->limits.attr_value_length);
}

/* Room for n pointers that ends with the span; NULL, and failed, without
 * memory. */
static char **list_room(struct span *span, size_t n)
{
	const size_t align = sizeof(char *);
	size_t size = (n + 1) * align;
	char *ret = text_room(span, size);

	if (!ret)
		return NULL;
	span->texts->used += size;
	return (char **)(ret + (align - (uintptr_t)ret % align) % align);
}

/* Copies as many values as there is room for; returns how many. */
static size_t copy_strs(struct span *span, char *const *values, size_t n,
			char **ret)
{
	size_t max_chars = span->limits.attr_value_length, size = 0;

	if (!max_chars || max_chars >= SPAN_STRS_SIZE)
		max_chars = SPAN_STRS_SIZE - 1;
	for (size_t i = 0; i < n; i++) {
		ret[i] = values[i] ? copy_text(span, values[i], max_chars)
				   : NULL;
		if (!ret[i])
			return i;
		size += strlen(ret[i]) + 1;
		if (size > SPAN_STRS_SIZE)
			return i;
	}
	return n;
}

void span_set_strs(struct span *span, const char *key, char *const *values,
		   size_t n)
{
	const size_t most = n < SPAN_STRS_MAX ? n : SPAN_STRS_MAX;
	struct attr *attr = attr_slot(span, key);
	char **list = attr ? list_room(span, most) : NULL;

	if (!list)
		return;
	attr->type = ATTR_STRS;
	attr->value.strs.n = copy_strs(span, values, most, list);
	attr->value.strs.list = list;
}

void span_set_int(struct span *span, const char *key, int64_t value)
{
	struct attr *attr = attr_slot(span, key);

	if (!attr)
		return;
	attr->type = ATTR_INT;
	attr->value.i = value;
}

void span_set_double(struct span *span, const char *key, double value)
{
	struct attr *attr = attr_slot(span, key);

	if (!attr)
		return;
	attr->type = ATTR_DOUBLE;
	attr->value.d = value;
}

void span_set_bool(struct span *span, const char *key, bool value)
{
	struct attr *attr = attr_slot(span, key);

	if (!attr)
		return;
	attr->type = ATTR_BOOL;
	attr->value.b = value;
}

/* The one attribute of an event or a link. */
static bool side_attr(struct span *span, const char *key, const char *value,
		      struct attr *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (!key || !*key || !value || span_limits_deny(&span->limits, key))
		return false;
	ret->type = ATTR_STR;
	ret->key = copy_text(span, key, NAME_CHARS_MAX);
	ret->value.str = copy_text(span, value, span->limits.attr_value_length);
	return ret->key && ret->value.str;
}

void span_add_event(struct span *span, uint64_t time_ns, const char *name,
		    const char *key, const char *value)
{
	struct event *event;

	if (span->n_events >= SPAN_EVENTS_MAX) {
		span->dropped_events++;
		return;
	}
	if (!grow(span, (void **)&span->events, span->n_events,
		  &span->cap_events, sizeof(*event)))
		return;
	event = &span->events[span->n_events];
	event->name = copy_text(span, name, NAME_CHARS_MAX);
	if (!event->name)
		return;
	event->time_ns = time_ns;
	event->has_attr = side_attr(span, key, value, &event->attr);
	span->n_events++;
}

void span_add_link(struct span *span, const struct trace_context *to,
		   bool remote, const char *key, const char *value)
{
	struct link *link;

	if (span->n_links >= SPAN_LINKS_MAX) {
		span->dropped_links++;
		return;
	}
	if (!grow(span, (void **)&span->links, span->n_links, &span->cap_links,
		  sizeof(*link)))
		return;
	link = &span->links[span->n_links++];
	link->to = *to;
	link->remote = remote;
	link->has_attr = side_attr(span, key, value, &link->attr);
}
