/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judges an HTTP response; see http_verdict.h. */
#include "otlp/http_verdict.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "otlp/exporter_ops.h"
#include "otlp/http_body.h"

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

void http_verdict_partial(const struct http_response *response,
			  struct export_result *ret)
{
	struct partial_success partial;

	if (!http_body_partial(response, &partial))
		return;
	ret->rejected = partial.rejected;
	export_result_set(
		ret, VERDICT_SENT,
		"the receiver rejected %" PRIu64 " spans: %s", ret->rejected,
		*partial.message ? partial.message : "no reason given");
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
		http_verdict_partial(response, ret);
		return;
	}
	http_body_error(response, text);
	export_result_set(ret, rule->verdict, "HTTP %d%s%s", response->status,
			  *text ? ": " : "", text);
	if (rule->verdict == VERDICT_RETRY)
		ret->retry_after_ms =
			http_retry_after(response->retry_after, now);
}
