/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes a batch as OTLP JSON; see json.h. */
#include "config.h"

#include "otlp/json.h"

#include <errno.h>
#include <string.h>

#include "otlp/envelope.h"
#include "otlp/json_value.h"
#include "otlp/resource.h"
#include "otlp/stored_span.h"

static void json_put(json_object **object)
{
	json_object_put(*object);
}

#define _cleanup_json_ __attribute__((cleanup(json_put)))

static void append(struct json_maker *maker, json_object *array,
		   json_object *item)
{
	if (array && item && !json_object_array_add(array, item))
		return;
	json_object_put(item);
	maker->failed = true;
}

static json_object *event_value(struct json_maker *maker,
				const Otlp__Span__Event *event)
{
	json_object *object = json_object_new_object();

	json_add_time(maker, object, "timeUnixNano", event->time_unix_nano);
	json_add_text(maker, object, "name", event->name);
	json_add_attributes(maker, object, event->attributes,
			    event->n_attributes);
	json_add_count(maker, object, "droppedAttributesCount",
		       event->dropped_attributes_count);
	return object;
}

static json_object *link_value(struct json_maker *maker,
			       const Otlp__Span__Link *link)
{
	json_object *object = json_object_new_object();

	json_add_hex(maker, object, "traceId", &link->trace_id);
	json_add_hex(maker, object, "spanId", &link->span_id);
	json_add_text(maker, object, "traceState", link->trace_state);
	json_add_count(maker, object, "flags", link->flags);
	json_add_attributes(maker, object, link->attributes,
			    link->n_attributes);
	json_add_count(maker, object, "droppedAttributesCount",
		       link->dropped_attributes_count);
	return object;
}

static void add_events(struct json_maker *maker, json_object *object,
		       const Otlp__Span *span)
{
	json_object *array;

	if (!span->n_events)
		return;
	array = json_object_new_array();
	for (size_t i = 0; i < span->n_events; i++)
		append(maker, array, event_value(maker, span->events[i]));
	json_add(maker, object, "events", array);
}

static void add_links(struct json_maker *maker, json_object *object,
		      const Otlp__Span *span)
{
	json_object *array;

	if (!span->n_links)
		return;
	array = json_object_new_array();
	for (size_t i = 0; i < span->n_links; i++)
		append(maker, array, link_value(maker, span->links[i]));
	json_add(maker, object, "links", array);
}

static void add_status(struct json_maker *maker, json_object *object,
		       const Otlp__Status *status)
{
	json_object *value;

	if (!status || (!status->code && !*status->message))
		return;
	value = json_object_new_object();
	json_add_text(maker, value, "message", status->message);
	json_add_count(maker, value, "code", (uint32_t)status->code);
	json_add(maker, object, "status", value);
}

static json_object *span_value(struct json_maker *maker, const Otlp__Span *span)
{
	json_object *object = json_object_new_object();

	json_add_hex(maker, object, "traceId", &span->trace_id);
	json_add_hex(maker, object, "spanId", &span->span_id);
	json_add_text(maker, object, "traceState", span->trace_state);
	json_add_hex(maker, object, "parentSpanId", &span->parent_span_id);
	json_add_count(maker, object, "flags", span->flags);
	json_add_text(maker, object, "name", span->name);
	json_add_count(maker, object, "kind", (uint32_t)span->kind);
	json_add_time(maker, object, "startTimeUnixNano",
		      span->start_time_unix_nano);
	json_add_time(maker, object, "endTimeUnixNano",
		      span->end_time_unix_nano);
	json_add_attributes(maker, object, span->attributes,
			    span->n_attributes);
	json_add_count(maker, object, "droppedAttributesCount",
		       span->dropped_attributes_count);
	add_events(maker, object, span);
	json_add_count(maker, object, "droppedEventsCount",
		       span->dropped_events_count);
	add_links(maker, object, span);
	json_add_count(maker, object, "droppedLinksCount",
		       span->dropped_links_count);
	add_status(maker, object, span->status);
	return object;
}

/* Takes the object; appends its text. */
static int put_object(struct buf *ret, json_object *object,
		      const struct json_maker *maker, struct err *err)
{
	_cleanup_json_ json_object *owned = object;
	const char *text = NULL;
	size_t len = 0;

	if (owned && !maker->failed)
		text = json_object_to_json_string_length(
			owned,
			JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE,
			&len);
	if (!text) {
		errno = ENOMEM;
		return err_set(err, "no memory for JSON");
	}
	buf_append(ret, text, len);
	return 0;
}

static int put_span(struct buf *ret, const struct iovec *bytes, struct err *err)
{
	Otlp__Span *span = stored_span_decode(bytes, err);
	struct json_maker maker = { false };
	int rc;

	if (!span)
		return -1;
	rc = put_object(ret, span_value(&maker, span), &maker, err);
	otlp__span__free_unpacked(span, NULL);
	return rc;
}

static int put_resource(struct buf *ret, const struct resource *bytes,
			struct err *err)
{
	Otlp__Resource *resource =
		otlp__resource__unpack(NULL, bytes->len, bytes->data);
	struct json_maker maker = { false };
	json_object *object;
	int rc;

	if (!resource) {
		errno = EBADMSG;
		return err_set(err, "the resource does not decode");
	}
	object = json_object_new_object();
	json_add_attributes(&maker, object, resource->attributes,
			    resource->n_attributes);
	rc = put_object(ret, object, &maker, err);
	otlp__resource__free_unpacked(resource, NULL);
	return rc;
}

int json_traces(const struct batch *batch, struct buf *ret, struct err *err)
{
	buf_puts(ret, "{\"resourceSpans\":[{\"resource\":");
	if (put_resource(ret, batch->resource, err) < 0)
		return -1;
	buf_puts(ret, ",\"scopeSpans\":[{\"scope\":{\"name\":\"" SCOPE_NAME
		      "\",\"version\":\"" PACKAGE_VERSION "\"},\"spans\":[");
	for (size_t i = 0; i < batch->n_spans; i++) {
		if (i)
			buf_putc(ret, ',');
		if (put_span(ret, &batch->spans[i], err) < 0)
			return -1;
	}
	buf_puts(ret, "],\"schemaUrl\":\"" SCHEMA_URL
		      "\"}],\"schemaUrl\":\"" SCHEMA_URL "\"}]}");
	if (ret->failed) {
		errno = ENOMEM;
		return err_set(err, "no memory for JSON");
	}
	return 0;
}
