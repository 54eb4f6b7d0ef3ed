/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A span value into the bytes of opentelemetry.proto.trace.v1.Span, through
 * protobuf-c.  All messages of one span are laid out in one allocation.
 */
#include <stdlib.h>
#include <string.h>

#include "proto/otlp.pb-c.h"
#include "span/span_private.h"

/* trace.proto, SpanFlags: bit 8 "has is_remote", bit 9 "is remote". */
#define FLAG_HAS_IS_REMOTE 0x100u
#define FLAG_IS_REMOTE 0x200u

/* Room for every sub-message of one span. */
struct parts {
	Otlp__KeyValue *keys, **key_ptrs;
	Otlp__AnyValue *values;
	size_t n_keys;
	Otlp__ArrayValue *lists;
	Otlp__AnyValue *items, **item_ptrs;
	size_t n_lists, n_items;
	Otlp__Span__Event *events, **event_ptrs;
	Otlp__Span__Link *links, **link_ptrs;
};

static void *carve(char **at, size_t n, size_t size)
{
	void *ret = *at;

	*at += n * size;
	return ret;
}

static void count_items(const struct span *span, size_t *ret_lists,
			size_t *ret_items)
{
	size_t lists = 0, items = 0;

	for (size_t i = 0; i < span->n_attrs; i++) {
		const struct attr *attr = &span->attrs[i];

		if (attr->type == ATTR_STRS) {
			lists++;
			items += attr->value.strs.n;
		}
	}
	*ret_lists = lists;
	*ret_items = items;
}

/* Every element type has pointer alignment and a size that is a multiple of
 * it, so carving them one after the other keeps them aligned. */
static void *parts_alloc(const struct span *span, struct parts *ret)
{
	size_t keys = span->n_attrs + span->n_events + span->n_links;
	size_t lists, items, total;
	char *block, *at;

	count_items(span, &lists, &items);
	total = keys * (sizeof(*ret->keys) + sizeof(*ret->key_ptrs) +
			sizeof(*ret->values)) +
		span->n_events *
			(sizeof(*ret->events) + sizeof(*ret->event_ptrs)) +
		span->n_links *
			(sizeof(*ret->links) + sizeof(*ret->link_ptrs)) +
		lists * sizeof(*ret->lists) +
		items * (sizeof(*ret->items) + sizeof(*ret->item_ptrs));
	block = at = malloc(total ? total : 1);
	if (!block)
		return NULL;
	memset(ret, 0, sizeof(*ret));
	ret->keys = carve(&at, keys, sizeof(*ret->keys));
	ret->values = carve(&at, keys, sizeof(*ret->values));
	ret->events = carve(&at, span->n_events, sizeof(*ret->events));
	ret->links = carve(&at, span->n_links, sizeof(*ret->links));
	ret->lists = carve(&at, lists, sizeof(*ret->lists));
	ret->items = carve(&at, items, sizeof(*ret->items));
	ret->key_ptrs = carve(&at, keys, sizeof(*ret->key_ptrs));
	ret->event_ptrs = carve(&at, span->n_events, sizeof(*ret->event_ptrs));
	ret->link_ptrs = carve(&at, span->n_links, sizeof(*ret->link_ptrs));
	ret->item_ptrs = carve(&at, items, sizeof(*ret->item_ptrs));
	return block;
}

static void put_str(char *text, Otlp__AnyValue *ret)
{
	ret->value_case = OTLP__ANY_VALUE__VALUE_STRING_VALUE;
	ret->string_value = text;
}

static void put_strs(struct parts *parts, const struct attr *attr,
		     Otlp__AnyValue *ret)
{
	Otlp__ArrayValue *list = &parts->lists[parts->n_lists++];

	otlp__array_value__init(list);
	list->n_values = attr->value.strs.n;
	list->values = parts->item_ptrs + parts->n_items;
	for (size_t i = 0; i < list->n_values; i++) {
		Otlp__AnyValue *item = &parts->items[parts->n_items];

		otlp__any_value__init(item);
		put_str(attr->value.strs.list[i], item);
		parts->item_ptrs[parts->n_items++] = item;
	}
	ret->value_case = OTLP__ANY_VALUE__VALUE_ARRAY_VALUE;
	ret->array_value = list;
}

/* Lays out one attribute; returns where the array that starts with it is. */
static Otlp__KeyValue **put_attr(struct parts *parts, const struct attr *attr)
{
	size_t i = parts->n_keys++;
	Otlp__AnyValue *value = &parts->values[i];

	otlp__any_value__init(value);
	switch (attr->type) {
	case ATTR_STR:
		put_str(attr->value.str, value);
		break;
	case ATTR_STRS:
		put_strs(parts, attr, value);
		break;
	case ATTR_INT:
		value->value_case = OTLP__ANY_VALUE__VALUE_INT_VALUE;
		value->int_value = attr->value.i;
		break;
	case ATTR_DOUBLE:
		value->value_case = OTLP__ANY_VALUE__VALUE_DOUBLE_VALUE;
		value->double_value = attr->value.d;
		break;
	case ATTR_BOOL:
		value->value_case = OTLP__ANY_VALUE__VALUE_BOOL_VALUE;
		value->bool_value = attr->value.b;
		break;
	}
	otlp__key_value__init(&parts->keys[i]);
	parts->keys[i].key = attr->key;
	parts->keys[i].value = value;
	parts->key_ptrs[i] = &parts->keys[i];
	return &parts->key_ptrs[i];
}

static uint32_t remote_flags(bool remote)
{
	return FLAG_HAS_IS_REMOTE | (remote ? FLAG_IS_REMOTE : 0);
}

static void put_events(const struct span *span, struct parts *parts,
		       Otlp__Span *msg)
{
	for (size_t i = 0; i < span->n_events; i++) {
		const struct event *event = &span->events[i];
		Otlp__Span__Event *out = &parts->events[i];

		otlp__span__event__init(out);
		out->time_unix_nano = event->time_ns;
		out->name = event->name;
		if (event->has_attr) {
			out->n_attributes = 1;
			out->attributes = put_attr(parts, &event->attr);
		}
		parts->event_ptrs[i] = out;
	}
	msg->n_events = span->n_events;
	msg->events = parts->event_ptrs;
	msg->dropped_events_count = span->dropped_events;
}

static void put_links(const struct span *span, struct parts *parts,
		      Otlp__Span *msg)
{
	for (size_t i = 0; i < span->n_links; i++) {
		struct link *link = &span->links[i];
		Otlp__Span__Link *out = &parts->links[i];

		otlp__span__link__init(out);
		out->trace_id.data = link->to.trace_id.b;
		out->trace_id.len = TRACE_ID_SIZE;
		out->span_id.data = link->to.span_id.b;
		out->span_id.len = SPAN_ID_SIZE;
		out->flags = link->to.flags | remote_flags(link->remote);
		if (link->has_attr) {
			out->n_attributes = 1;
			out->attributes = put_attr(parts, &link->attr);
		}
		parts->link_ptrs[i] = out;
	}
	msg->n_links = span->n_links;
	msg->links = parts->link_ptrs;
	msg->dropped_links_count = span->dropped_links;
}

/* msg borrows from span and parts: ids are only read by protobuf-c, whose
 * structures have no const. */
static void fill(const struct span *span, struct parts *parts,
		 Otlp__Status *status, Otlp__Span *msg)
{
	otlp__span__init(msg);
	msg->trace_id.data = (uint8_t *)span->self.trace_id.b;
	msg->trace_id.len = TRACE_ID_SIZE;
	msg->span_id.data = (uint8_t *)span->self.span_id.b;
	msg->span_id.len = SPAN_ID_SIZE;
	if (span->has_parent) {
		msg->parent_span_id.data = (uint8_t *)span->parent.b;
		msg->parent_span_id.len = SPAN_ID_SIZE;
	}
	msg->flags = span->self.flags | remote_flags(span->parent_remote);
	if (span->tracestate)
		msg->trace_state = span->tracestate;
	if (span->name)
		msg->name = span->name;
	msg->kind = (Otlp__Span__SpanKind)span->kind;
	msg->start_time_unix_nano = span->start_ns;
	msg->end_time_unix_nano = span->end_ns;
	msg->attributes = parts->key_ptrs;
	for (size_t i = 0; i < span->n_attrs; i++)
		put_attr(parts, &span->attrs[i]);
	msg->n_attributes = span->n_attrs;
	msg->dropped_attributes_count = span->dropped_attrs;
	put_events(span, parts, msg);
	put_links(span, parts, msg);
	if (span->status == SPAN_STATUS_UNSET)
		return;
	otlp__status__init(status);
	status->code = (Otlp__Status__StatusCode)span->status;
	if (span->message)
		status->message = span->message;
	msg->status = status;
}

int span_encode(const struct span *span, uint8_t **ret_data, size_t *ret_len,
		struct err *err)
{
	struct parts parts;
	Otlp__Status status;
	Otlp__Span msg;
	void *block;
	uint8_t *data;
	size_t len;

	if (span->failed)
		return err_set(err, "span not encoded: out of memory");
	if (!trace_id_valid(&span->self.trace_id) ||
	    !span_id_valid(&span->self.span_id))
		return err_set(err, "span not encoded: it has no valid ids");
	block = parts_alloc(span, &parts);
	if (!block)
		return err_set(err, "span not encoded: out of memory");
	fill(span, &parts, &status, &msg);
	len = otlp__span__get_packed_size(&msg);
	data = malloc(len);
	if (data) {
		otlp__span__pack(&msg, data);
		*ret_data = data;
		*ret_len = len;
	}
	free(block);
	return data ? 0 : err_set(err, "span not encoded: out of memory");
}
