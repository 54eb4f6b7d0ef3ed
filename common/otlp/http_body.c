/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the bodies of answers, those in protobuf here; see http_body.h. */
#include "otlp/http_body.h"

#include <string.h>
#include <strings.h>

#include "proto/otlp.pb-c.h"

static bool protobuf_partial(const struct http_response *response,
			     struct partial_success *ret)
{
	Otlp__ExportTraceServiceResponse *answer;
	const Otlp__ExportTracePartialSuccess *partial;
	bool says;

	answer = otlp__export_trace_service_response__unpack(
		NULL, response->body_len, response->body);
	if (!answer)
		return false;
	partial = answer->partial_success;
	says = partial &&
	       (partial->rejected_spans > 0 || *partial->error_message);
	if (says) {
		ret->rejected = partial->rejected_spans > 0
					? (uint64_t)partial->rejected_spans
					: 0;
		text_clean(partial->error_message,
			   strlen(partial->error_message), ret->message);
	}
	otlp__export_trace_service_response__free_unpacked(answer, NULL);
	return says;
}

/* What does not decode is no text for a log either. */
static bool protobuf_error(const struct http_response *response, char *ret)
{
	Otlp__RpcStatus *status = otlp__rpc_status__unpack(
		NULL, response->body_len, response->body);

	*ret = '\0';
	if (!status)
		return true;
	text_clean(status->message, strlen(status->message), ret);
	otlp__rpc_status__free_unpacked(status, NULL);
	return true;
}

static const struct encoding {
	const char *type;
	bool (*partial)(const struct http_response *response,
			struct partial_success *ret);
	bool (*error)(const struct http_response *response, char *ret);
} encodings[] = {
	{ "application/x-protobuf", protobuf_partial, protobuf_error },
	{ "application/json", http_body_json_partial, http_body_json_error },
};

/* The type without its parameters. */
static const struct encoding *find_encoding(const struct http_response *answer)
{
	const char *type = answer->content_type;
	size_t len = strcspn(type, "; \t");

	for (size_t i = 0; i < sizeof(encodings) / sizeof(encodings[0]); i++)
		if (strlen(encodings[i].type) == len &&
		    !strncasecmp(type, encodings[i].type, len))
			return &encodings[i];
	return NULL;
}

bool http_body_partial(const struct http_response *response,
		       struct partial_success *ret)
{
	const struct encoding *encoding = find_encoding(response);

	return response->body_len && encoding &&
	       encoding->partial(response, ret);
}

void http_body_error(const struct http_response *response, char *ret)
{
	const struct encoding *encoding = find_encoding(response);

	*ret = '\0';
	if (response->body_len && !(encoding && encoding->error(response, ret)))
		text_clean(response->body, response->body_len, ret);
}
