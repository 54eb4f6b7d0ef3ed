/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Spans in Zipkin's v2 JSON, by "OpenTelemetry to Zipkin Transformation" and
 * "OpenTelemetry Transformation to non-OTLP Formats" of OpenTelemetry's
 * specification (1.50), and the schema of zipkin-api's zipkin2-api.yaml.
 * What these leave open is decided as OpenTelemetry's Collector does:
 *
 *   resource      service.name is localEndpoint.serviceName ("unknown_service"
 *                 when AttributeDeny took it); every other attribute is a tag
 *                 of every span, unless the span has one of that name
 *   tracestate    the tag w3c.tracestate
 *   links         have no form: dropped, and counted in the tag
 *                 otel.dropped_links_count
 *   error         an attribute of this name is left out: Zipkin takes every
 *                 span with such a tag for failed
 *   annotations   the event's name; with attributes "name": {attributes}
 *   remoteEndpoint  never: none of our spans is of kind CLIENT or PRODUCER
 *   duration      at least 1, as the schema asks; what ends before it begins
 *                 has 1 too
 */
#ifndef OTEL_OTLP_ZIPKIN_JSON_H
#define OTEL_OTLP_ZIPKIN_JSON_H

#include "otlp/exporter.h"
#include "util/buf.h"
#include "util/err.h"

/*
 * Appends the batch as a JSON array of spans.  Decodes one span at a time.
 * Returns 0, or -1 with err and errno: EBADMSG when a span or the resource does
 * not decode or a span has no valid ids, EMSGSIZE when the array would exceed
 * ENVELOPE_MAX, ENOMEM.
 */
int zipkin_json(const struct batch *batch, struct buf *ret, struct err *err);

#endif
