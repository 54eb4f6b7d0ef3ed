/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Spans and a resource to send, for the tests of the OTLP client. */
#ifndef OTEL_TESTS_OTLP_FIXTURE_H
#define OTEL_TESTS_OTLP_FIXTURE_H

#include <stdlib.h>
#include <string.h>

#include "otlp/exporter.h"
#include "otlp/resource.h"
#include "proto/otlp.pb-c.h"

static inline struct config fixture_config(void)
{
	return (struct config){
		.timeout = 5000,
		.tls_verify = true,
		.service_name = (char *)"slurm",
	};
}

/* A serialised span with this name and span id; never freed. */
static inline struct iovec fixture_span(const char *name, uint8_t id)
{
	Otlp__Span span = OTLP__SPAN__INIT;
	uint8_t trace_id[16] = { 0x4b, 0xf9, 0x2f, 0x35 };
	uint8_t span_id[8] = { [7] = id };
	struct iovec bytes;

	span.trace_id = (ProtobufCBinaryData){ sizeof(trace_id), trace_id };
	span.span_id = (ProtobufCBinaryData){ sizeof(span_id), span_id };
	span.name = (char *)name;
	span.kind = OTLP__SPAN__SPAN_KIND__SPAN_KIND_INTERNAL;
	span.start_time_unix_nano = 1700000000123456789;
	span.end_time_unix_nano = 1700000001123456789;
	bytes.iov_len = otlp__span__get_packed_size(&span);
	bytes.iov_base = malloc(bytes.iov_len);
	otlp__span__pack(&span, bytes.iov_base);
	return bytes;
}

/* Sends a batch of n spans, n > 0, whose ids are first, first + 1, ... */
static inline struct export_result fixture_send(struct exporter *exporter,
						const struct resource *resource,
						const char *name, uint8_t first,
						size_t n)
{
	struct iovec *spans = calloc(n, sizeof(*spans));
	struct export_result result;

	for (size_t i = 0; i < n; i++)
		spans[i] = fixture_span(name, (uint8_t)(first + i));
	exporter_send(exporter, &(struct batch){ spans, n, resource }, &result);
	for (size_t i = 0; i < n; i++)
		free(spans[i].iov_base);
	free(spans);
	return result;
}

#endif
