/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an HTTP response means for the batch that was sent: the one place that
 * decides, by the OTLP specification ("OTLP/HTTP Response").  The same for
 * bodies of protobuf and JSON, and for Zipkin, of which nothing else is
 * specified.  A redirect (3xx) is never followed, not even to the same host: it
 * would carry spans and credentials to where no configuration sent them.  It is
 * a refusal of the sender, as other statuses that mean a wrong endpoint are.
 */
#ifndef OTEL_OTLP_HTTP_VERDICT_H
#define OTEL_OTLP_HTTP_VERDICT_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "otlp/exporter.h"

/* A receiver may ask for no longer pause than this. */
#define RETRY_AFTER_MAX_MS (3600 * INT64_C(1000))

struct http_response {
	int status;               /* of the final response */
	const char *content_type; /* "" when there was none */
	const char *retry_after;  /* the header's value, "" when none */
	const uint8_t *body;      /* may be NULL: empty, or not kept */
	size_t body_len;
	bool http2;
	const char *cut; /* why the answer ended early; NULL: it is whole */
	/* gRPC's, from the trailers, else the headers; "" when there was none
	 */
	const char *grpc_status, *grpc_message, *grpc_details;
};

/* Fills *ret.  now is what an HTTP date in Retry-After is held against.  Pure.
 */
void http_verdict(const struct http_response *response, time_t now,
		  struct export_result *ret);

/*
 * Adds what the body of a success says of the batch (OTLP, "Partial Success"):
 * spans rejected, a warning.  One that can not be read changes nothing.
 */
void http_verdict_partial(const struct http_response *response,
			  struct export_result *ret);

/*
 * Retry-After as milliseconds from now: a count of seconds or an HTTP date,
 * at most RETRY_AFTER_MAX_MS, 0 for a date gone by.  -1 when it is neither.
 */
int64_t http_retry_after(const char *text, time_t now);

#endif
