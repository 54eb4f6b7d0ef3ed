/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judges an HTTP response; see http_verdict.h. */
#include "otlp/http_verdict.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "otlp/exporter_ops.h"
#include "otlp/text_clean.h"
#include "proto/otlp.pb-c.h"

#define PROTOBUF_TYPE "application/x-protobuf"

/*
 * The first row that holds decides.  400, 413, 422 and 500 may be the fault
 * of one span, and parts of the batch may pass; all other refusals mean the
 * sender (no right, wrong path, a redirect we do not follow).
 */
static const struct rule {
	int first, last;
	enum verdict verdict;
	bool divisible;
} rules[] = {
	{ 200, 299, VERDICT_SENT, false },
	{ 300, 399, VERDICT_REJECT, false },
	{ 429, 429, VERDICT_RETRY, false },
	{ 502, 504, VERDICT_RETRY, false },
	{ 400, 400, VERDICT_REJECT, true },
	{ 413, 413, VERDICT_REJECT, true },
	{ 422, 422, VERDICT_REJECT, true },
	{ 500, 500, VERDICT_REJECT, true },
	{ 400, 599, VERDICT_REJECT, false },
};

/* Not HTTP as we know it: nobody took the batch. */
static const struct rule not_http = { 0, 0, VERDICT_RETRY, false };

static const struct rule *find_rule(int status)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (status >= rules[i].first && status <= rules[i].last)
			return &rules[i];
	return &not_http;
}

static bool is_protobuf(const char *content_type)
{
	size_t len = strlen(PROTOBUF_TYPE);

	return !strncasecmp(content_type, PROTOBUF_TYPE, len) &&
	       (!content_type[len] || content_type[len] == ';' ||
		content_type[len] == ' ');
}

/* The message of a google.rpc.Status, or the beginning of a body of text. */
static void error_text(const struct http_response *response, char *ret)
{
	Otlp__RpcStatus *status;

	*ret = '\0';
	if (!response->body_len)
		return;
	if (!is_protobuf(response->content_type)) {
		text_clean(response->body, response->body_len, ret);
		return;
	}
	status = otlp__rpc_status__unpack(NULL, response->body_len,
					  response->body);
	if (!status)
		return;
	text_clean(status->message, strlen(status->message), ret);
	otlp__rpc_status__free_unpacked(status, NULL);
}

void http_verdict_partial(const uint8_t *message, size_t len,
			  struct export_result *ret)
{
	Otlp__ExportTraceServiceResponse *answer;
	const Otlp__ExportTracePartialSuccess *partial;
	char text[TEXT_CLEAN_SIZE];

	answer =
		otlp__export_trace_service_response__unpack(NULL, len, message);
	partial = answer ? answer->partial_success : NULL;
	if (partial &&
	    (partial->rejected_spans > 0 || *partial->error_message)) {
		text_clean(partial->error_message,
			   strlen(partial->error_message), text);
		if (partial->rejected_spans > 0)
			ret->rejected = (uint64_t)partial->rejected_spans;
		export_result_set(ret, VERDICT_SENT,
				  "the receiver rejected %" PRIu64 " spans: %s",
				  ret->rejected,
				  *text ? text : "no reason given");
	}
	if (answer)
		otlp__export_trace_service_response__free_unpacked(answer,
								   NULL);
}

/* Accepted, but the receiver may have more to say. */
static void judge_partial(const struct http_response *response,
			  struct export_result *ret)
{
	if (response->body_len && is_protobuf(response->content_type))
		http_verdict_partial(response->body, response->body_len, ret);
}

int64_t http_retry_after(const char *text, time_t now)
{
	size_t digits = strspn(text, "0123456789");
	int64_t seconds = 0;
	time_t date;

	if (!*text)
		return -1;
	if (!text[digits]) {
		for (; *text && seconds < RETRY_AFTER_MAX_MS; text++)
			seconds = 10 * seconds + (*text - '0');
	} else {
		date = curl_getdate(text, NULL);
		if (date == -1)
			return -1;
		seconds = date > now ? (int64_t)(date - now) : 0;
	}
	return seconds < RETRY_AFTER_MAX_MS / 1000 ? seconds * 1000
						   : RETRY_AFTER_MAX_MS;
}

void http_verdict(const struct http_response *response, time_t now,
		  struct export_result *ret)
{
	const struct rule *rule = find_rule(response->status);
	char text[TEXT_CLEAN_SIZE];

	memset(ret, 0, sizeof(*ret));
	ret->retry_after_ms = -1;
	ret->verdict = rule->verdict;
	ret->divisible = rule->divisible;
	if (rule->verdict == VERDICT_SENT) {
		judge_partial(response, ret);
		return;
	}
	error_text(response, text);
	export_result_set(ret, rule->verdict, "HTTP %d%s%s", response->status,
			  *text ? ": " : "", text);
	if (rule->verdict == VERDICT_RETRY)
		ret->retry_after_ms =
			http_retry_after(response->retry_after, now);
}
