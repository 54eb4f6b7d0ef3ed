/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes one span of Zipkin's v2 JSON; see zipkin_span.h. */
#include "config.h"

#include "otlp/zipkin_span.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "otlp/envelope.h"
#include "otlp/plain_value.h"
#include "span/attrs.h"
#include "util/buf.h"

/* The default of service.name in OpenTelemetry's resource SDK. */
#define NO_SERVICE "unknown_service"
#define NS_PER_US 1000

struct zipkin {
	struct json_maker *maker;
	const Otlp__Resource *resource;
	const Otlp__Span *span;
};

/* ---- tags --------------------------------------------------------------- */

static void tag_text(struct zipkin *zipkin, json_object *tags, const char *key,
		     const char *text)
{
	json_add(zipkin->maker, tags, key, json_text(text));
}

static void tag_count(struct zipkin *zipkin, json_object *tags, const char *key,
		      uint64_t count)
{
	char text[24];

	if (!count)
		return;
	snprintf(text, sizeof(text), "%" PRIu64, count);
	tag_text(zipkin, tags, key, text);
}

/* A tag of this name makes a failure of what is none. */
static bool is_error(const char *key)
{
	return !strcmp(key, "error");
}

/* Later ones replace those before them.  but: what is said elsewhere. */
static void tag_attributes(struct zipkin *zipkin, json_object *tags,
			   Otlp__KeyValue *const *pairs, size_t n,
			   const char *but)
{
	for (size_t i = 0; i < n; i++) {
		json_object *key;

		if (is_error(pairs[i]->key) || !strcmp(pairs[i]->key, but))
			continue;
		key = json_text(pairs[i]->key);
		if (key)
			json_add(zipkin->maker, tags,
				 json_object_get_string(key),
				 plain_text(zipkin->maker, pairs[i]->value));
		else
			zipkin->maker->failed = true;
		json_object_put(key);
	}
}

/* The old names must be said too ("InstrumentationScope"). */
static void tag_scope(struct zipkin *zipkin, json_object *tags)
{
	tag_text(zipkin, tags, "otel.scope.name", SCOPE_NAME);
	tag_text(zipkin, tags, "otel.scope.version", PACKAGE_VERSION);
	tag_text(zipkin, tags, "otel.library.name", SCOPE_NAME);
	tag_text(zipkin, tags, "otel.library.version", PACKAGE_VERSION);
}

static void tag_status(struct zipkin *zipkin, json_object *tags,
		       const Otlp__Status *status)
{
	if (!status)
		return;
	if (status->code == OTLP__STATUS__STATUS_CODE__STATUS_CODE_OK)
		tag_text(zipkin, tags, "otel.status_code", "OK");
	if (status->code != OTLP__STATUS__STATUS_CODE__STATUS_CODE_ERROR)
		return;
	tag_text(zipkin, tags, "otel.status_code", "ERROR");
	tag_text(zipkin, tags, "error", status->message);
}

static json_object *make_tags(struct zipkin *zipkin)
{
	const Otlp__Span *span = zipkin->span;
	json_object *tags = json_object_new_object();

	tag_attributes(zipkin, tags, zipkin->resource->attributes,
		       zipkin->resource->n_attributes, ATTR_SERVICE_NAME);
	tag_scope(zipkin, tags);
	tag_attributes(zipkin, tags, span->attributes, span->n_attributes, "");
	if (*span->trace_state)
		tag_text(zipkin, tags, "w3c.tracestate", span->trace_state);
	tag_count(zipkin, tags, "otel.dropped_attributes_count",
		  span->dropped_attributes_count);
	tag_count(zipkin, tags, "otel.dropped_events_count",
		  span->dropped_events_count);
	tag_count(zipkin, tags, "otel.dropped_links_count",
		  (uint64_t)span->dropped_links_count + span->n_links);
	tag_status(zipkin, tags, span->status);
	return tags;
}

/* ---- annotations -------------------------------------------------------- */

/* "name": {"key":"value"} */
static json_object *event_text(struct zipkin *zipkin,
			       const Otlp__Span__Event *event)
{
	json_object *name = json_text(event->name), *map, *text = NULL;
	struct buf buf = BUF_INIT;

	if (!event->n_attributes && !event->dropped_attributes_count)
		return name;
	map = plain_map(zipkin->maker, event->attributes, event->n_attributes);
	json_add_count(zipkin->maker, map, "otel.dropped_attributes_count",
		       event->dropped_attributes_count);
	if (name && map) {
		json_append(&buf, name);
		buf_puts(&buf, ": ");
		json_append(&buf, map);
		buf_putc(&buf, '\0');
		if (!buf.failed)
			text = json_object_new_string((char *)buf.data);
	}
	buf_free(&buf);
	json_object_put(name);
	json_object_put(map);
	return text;
}

/* The schema wants each annotation once. */
static bool has_item(json_object *array, json_object *item)
{
	for (size_t i = 0; i < json_object_array_length(array); i++)
		if (json_object_equal(json_object_array_get_idx(array, i),
				      item))
			return true;
	return false;
}

static json_object *make_annotations(struct zipkin *zipkin)
{
	const Otlp__Span *span = zipkin->span;
	json_object *array = json_object_new_array();

	for (size_t i = 0; array && i < span->n_events; i++) {
		const Otlp__Span__Event *event = span->events[i];
		json_object *item = json_object_new_object();

		json_add(zipkin->maker, item, "timestamp",
			 json_object_new_int64(
				 (int64_t)(event->time_unix_nano / NS_PER_US)));
		json_add(zipkin->maker, item, "value",
			 event_text(zipkin, event));
		if (!zipkin->maker->failed && !has_item(array, item) &&
		    !json_object_array_add(array, item))
			continue;
		json_object_put(item);
	}
	return array;
}

/* ---- spans -------------------------------------------------------------- */

/* INTERNAL and what is not specified have none. */
static const char *kind_name(Otlp__Span__SpanKind kind)
{
	static const struct {
		Otlp__Span__SpanKind kind;
		const char *name;
	} names[] = {
		{ OTLP__SPAN__SPAN_KIND__SPAN_KIND_SERVER, "SERVER" },
		{ OTLP__SPAN__SPAN_KIND__SPAN_KIND_CLIENT, "CLIENT" },
		{ OTLP__SPAN__SPAN_KIND__SPAN_KIND_PRODUCER, "PRODUCER" },
		{ OTLP__SPAN__SPAN_KIND__SPAN_KIND_CONSUMER, "CONSUMER" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].kind == kind)
			return names[i].name;
	return "";
}

static void add_times(struct zipkin *zipkin, json_object *object)
{
	uint64_t start = zipkin->span->start_time_unix_nano;
	uint64_t end = zipkin->span->end_time_unix_nano;
	uint64_t duration = end > start ? (end - start) / NS_PER_US : 0;

	json_add(zipkin->maker, object, "timestamp",
		 json_object_new_int64((int64_t)(start / NS_PER_US)));
	json_add(zipkin->maker, object, "duration",
		 json_object_new_int64(duration ? (int64_t)duration : 1));
}

static const char *service_name(const Otlp__Resource *resource)
{
	for (size_t i = 0; i < resource->n_attributes; i++) {
		const Otlp__KeyValue *pair = resource->attributes[i];

		if (!strcmp(pair->key, ATTR_SERVICE_NAME) && pair->value &&
		    pair->value->value_case ==
			    OTLP__ANY_VALUE__VALUE_STRING_VALUE)
			return pair->value->string_value;
	}
	return NO_SERVICE;
}

json_object *zipkin_span(struct json_maker *maker,
			 const Otlp__Resource *resource, const Otlp__Span *span)
{
	struct zipkin zipkin = { maker, resource, span };
	json_object *object = json_object_new_object();
	json_object *endpoint = json_object_new_object();

	json_add_hex(maker, object, "traceId", &span->trace_id);
	json_add_hex(maker, object, "parentId", &span->parent_span_id);
	json_add_hex(maker, object, "id", &span->span_id);
	json_add_text(maker, object, "kind", kind_name(span->kind));
	json_add_text(maker, object, "name", span->name);
	add_times(&zipkin, object);
	json_add_text(maker, endpoint, "serviceName", service_name(resource));
	json_add(maker, object, "localEndpoint", endpoint);
	if (span->n_events)
		json_add(maker, object, "annotations",
			 make_annotations(&zipkin));
	json_add(maker, object, "tags", make_tags(&zipkin));
	return object;
}
