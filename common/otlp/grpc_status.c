/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judges the answer to a gRPC call; see grpc_status.h. */
#include "otlp/grpc_status.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "otlp/exporter_ops.h"
#include "otlp/grpc_frame.h"
#include "otlp/grpc_text.h"
#include "otlp/text_clean.h"
#include "proto/otlp.pb-c.h"
#include "util/cleanup.h"

/* Numbers of google/rpc/code.proto. */
enum code {
	OK = 0,
	UNKNOWN = 2,
	PERMISSION_DENIED = 7,
	RESOURCE_EXHAUSTED = 8,
	UNIMPLEMENTED = 12,
	INTERNAL = 13,
	UNAVAILABLE = 14,
	UNAUTHENTICATED = 16,
};

/*
 * What each means; OTLP says which may be tried again.  Divisible is what may
 * be the fault of one span or of the batch's size: a server that failed over it
 * says UNKNOWN or INTERNAL, one that takes only smaller messages
 * RESOURCE_EXHAUSTED.  The others mean the sender.
 */
static const struct rule {
	const char *name;
	enum verdict verdict;
	bool divisible;
} rules[] = {
	[OK] = { "OK", VERDICT_SENT, false },
	[1] = { "CANCELLED", VERDICT_RETRY, false },
	[UNKNOWN] = { "UNKNOWN", VERDICT_REJECT, true },
	[3] = { "INVALID_ARGUMENT", VERDICT_REJECT, true },
	[4] = { "DEADLINE_EXCEEDED", VERDICT_RETRY, false },
	[5] = { "NOT_FOUND", VERDICT_REJECT, false },
	[6] = { "ALREADY_EXISTS", VERDICT_REJECT, true },
	[PERMISSION_DENIED] = { "PERMISSION_DENIED", VERDICT_REJECT, false },
	/* VERDICT_RETRY with a RetryInfo */
	[RESOURCE_EXHAUSTED] = { "RESOURCE_EXHAUSTED", VERDICT_REJECT, true },
	[9] = { "FAILED_PRECONDITION", VERDICT_REJECT, true },
	[10] = { "ABORTED", VERDICT_RETRY, false },
	[11] = { "OUT_OF_RANGE", VERDICT_RETRY, false },
	[UNIMPLEMENTED] = { "UNIMPLEMENTED", VERDICT_REJECT, false },
	[INTERNAL] = { "INTERNAL", VERDICT_REJECT, true },
	[UNAVAILABLE] = { "UNAVAILABLE", VERDICT_RETRY, false },
	[15] = { "DATA_LOSS", VERDICT_RETRY, false },
	[UNAUTHENTICATED] = { "UNAUTHENTICATED", VERDICT_REJECT, false },
};

#define CODES (sizeof(rules) / sizeof(rules[0]))

/*
 * An answer without a grpc-status comes from something before the receiver,
 * which knows nothing of spans; only 413 means what was sent.
 */
static const struct http_rule {
	int status;
	enum code code;
	bool divisible;
} http_rules[] = {
	{ 400, INTERNAL, false },
	{ 401, UNAUTHENTICATED, false },
	{ 403, PERMISSION_DENIED, false },
	{ 404, UNIMPLEMENTED, false },
	{ 413, UNKNOWN, true },
	{ 429, UNAVAILABLE, false },
	{ 502, UNAVAILABLE, false },
	{ 503, UNAVAILABLE, false },
	{ 504, UNAVAILABLE, false },
};

static const struct http_rule no_http_rule = { 0, UNKNOWN, false };

/* ---- RetryInfo --------------------------------------------------------- */

static bool is_retry_info(const Otlp__Any *any)
{
	/* "type.googleapis.com/google.rpc.RetryInfo"; any host will do */
	const char *slash = strrchr(any->type_url, '/');

	return slash && !strcmp(slash, "/google.rpc.RetryInfo");
}

static int64_t milliseconds(const Otlp__Duration *duration)
{
	if (!duration)
		return -1;
	if (duration->seconds < 0 || duration->nanos < 0)
		return 0;
	if (duration->seconds >= RETRY_AFTER_MAX_MS / 1000)
		return RETRY_AFTER_MAX_MS;
	/* a whole second of nanoseconds at most; upwards: not too early */
	return duration->seconds * 1000 +
	       (duration->nanos % 1000000000 + 999999) / 1000000;
}

static int read_retry_info(const Otlp__Any *any, int64_t *ret_ms)
{
	Otlp__RetryInfo *info =
		otlp__retry_info__unpack(NULL, any->value.len, any->value.data);

	if (!info)
		return -1;
	*ret_ms = milliseconds(info->retry_delay);
	otlp__retry_info__free_unpacked(info, NULL);
	return 0;
}

int grpc_status_retry_info(const char *details, int64_t *ret_ms)
{
	_cleanup_free_ uint8_t *bytes = malloc(strlen(details) * 3 / 4 + 1);
	ssize_t len = bytes ? grpc_text_base64(details, bytes) : -1;
	Otlp__RpcStatus *status = NULL;
	int rc = -1;

	if (len > 0)
		status = otlp__rpc_status__unpack(NULL, (size_t)len, bytes);
	if (!status)
		return -1;
	for (size_t i = 0; rc < 0 && i < status->n_details; i++)
		if (is_retry_info(status->details[i]))
			rc = read_retry_info(status->details[i], ret_ms);
	otlp__rpc_status__free_unpacked(status, NULL);
	return rc;
}

/* ---- the status --------------------------------------------------------- */

/* The number; CODES when it is none that gRPC knows. */
static size_t parse_code(const char *text)
{
	size_t digits = strspn(text, "0123456789");
	size_t code = 0;

	if (!digits || digits > 2 || text[digits])
		return CODES;
	for (; *text; text++)
		code = 10 * code + (size_t)(*text - '0');
	return code < CODES ? code : CODES;
}

static bool is_grpc(const struct http_response *response)
{
	return !strncasecmp(response->content_type, "application/grpc", 16);
}

/* What a proxy wrote for people. */
static void body_text(const struct http_response *response, char *ret)
{
	*ret = '\0';
	if (!is_grpc(response) && response->body_len)
		text_clean(response->body, response->body_len, ret);
}

/*
 * A receiver of gRPC began to answer and did not get to its status.  libcurl
 * (7.88 and around) says that all went well, and keeps the trailers to itself,
 * when the connection ended right behind them, as it does when a server
 * restarts; so an answer without the status that gRPC never leaves out is not
 * taken for the UNKNOWN of the mapping, which would give the spans up.
 */
static bool is_unfinished(const struct http_response *response)
{
	return response->status / 100 == 2 &&
	       (response->cut || is_grpc(response));
}

/* No grpc-status: nobody answered, or something before the receiver did. */
static void judge_http(const struct http_response *response, time_t now,
		       struct export_result *ret)
{
	const struct http_rule *rule = &no_http_rule;
	char text[TEXT_CLEAN_SIZE];

	if (is_unfinished(response)) {
		export_result_set(ret, VERDICT_RETRY,
				  "the answer ended before its gRPC status%s%s",
				  response->cut ? ": " : "",
				  response->cut ? response->cut : "");
		return;
	}
	for (size_t i = 0; i < sizeof(http_rules) / sizeof(http_rules[0]); i++)
		if (http_rules[i].status == response->status)
			rule = &http_rules[i];
	body_text(response, text);
	export_result_set(ret, rules[rule->code].verdict,
			  "HTTP %d and no gRPC status, that is %s%s%s",
			  response->status, rules[rule->code].name,
			  *text ? ": " : "", text);
	ret->divisible = rule->divisible;
	if (ret->verdict == VERDICT_RETRY)
		ret->retry_after_ms =
			http_retry_after(response->retry_after, now);
}

static void decode_message(const char *encoded, char *ret)
{
	_cleanup_free_ char *text = strdup(encoded);

	*ret = '\0';
	if (text)
		text_clean(text, grpc_text_decode(text), ret);
}

static void judge_failure(const struct http_response *response, size_t code,
			  struct export_result *ret)
{
	const struct rule *rule = &rules[code];
	enum verdict verdict = rule->verdict;
	char text[TEXT_CLEAN_SIZE];
	int64_t pause = -1;

	if (grpc_status_retry_info(response->grpc_details, &pause) == 0 &&
	    code == RESOURCE_EXHAUSTED)
		verdict = VERDICT_RETRY;
	decode_message(response->grpc_message, text);
	export_result_set(ret, verdict, "gRPC status %zu (%s)%s%s", code,
			  rule->name, *text ? ": " : "", text);
	ret->divisible = rule->divisible && verdict == VERDICT_REJECT;
	if (verdict == VERDICT_RETRY)
		ret->retry_after_ms = pause;
}

/* An ExportTraceServiceResponse, as it would stand in a body of OTLP/HTTP. */
static void judge_message(const uint8_t *message, size_t len,
			  struct export_result *ret)
{
	const struct http_response answer = {
		.content_type = "application/x-protobuf",
		.body = message,
		.body_len = len,
	};

	http_verdict_partial(&answer, ret);
}

void grpc_status_judge(const struct http_response *response, time_t now,
		       struct export_result *ret)
{
	size_t code = parse_code(response->grpc_status);
	const uint8_t *message;
	size_t len;

	memset(ret, 0, sizeof(*ret));
	ret->retry_after_ms = -1;
	if (!response->http2) {
		export_result_set(ret, VERDICT_RETRY,
				  "the receiver speaks HTTP/1 (status %d), and "
				  "gRPC needs HTTP/2",
				  response->status);
	} else if (!*response->grpc_status) {
		judge_http(response, now, ret);
	} else if (code == CODES) {
		export_result_set(ret, VERDICT_REJECT,
				  "an unknown gRPC status, that is UNKNOWN");
	} else if (code != OK) {
		judge_failure(response, code, ret);
	} else if (grpc_frame_open(response->body, response->body_len, &message,
				   &len)) {
		/* the status has decided; a message that is missing or broken
		 * changes nothing */
		judge_message(message, len, ret);
	}
}
