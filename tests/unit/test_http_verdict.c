/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an HTTP response means for a batch. */
#include "otlp/http_verdict.h"

#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "otlp/text_clean.h"
#include "proto/otlp.pb-c.h"

/* Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110. */
#define RFC_DATE "Sun, 06 Nov 1994 08:49:37 GMT"
#define RFC_TIME ((time_t)784111777)

static struct export_result judge(int status, const char *retry_after,
				  const char *type, const void *body,
				  size_t len)
{
	const struct http_response response = {
		.status = status,
		.content_type = type,
		.retry_after = retry_after,
		.body = body,
		.body_len = len,
	};
	struct export_result result;

	memset(&result, 0x5a, sizeof(result));
	http_verdict(&response, RFC_TIME, &result);
	return result;
}

static enum verdict verdict_of(int status)
{
	return judge(status, "", "", NULL, 0).verdict;
}

Test(http_verdict, every_status_has_the_verdict_of_the_specification)
{
	for (int status = 200; status < 600; status++) {
		enum verdict want = VERDICT_REJECT;

		if (status < 300)
			want = VERDICT_SENT;
		if (status == 429 || status == 502 || status == 503 ||
		    status == 504)
			want = VERDICT_RETRY;
		cr_assert_eq(verdict_of(status), want, "status %d", status);
	}
}

Test(http_verdict, what_is_no_final_status_keeps_the_batch)
{
	const int odd[] = { 0, -1, 99, 100, 199, 600, 999 };

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		cr_assert_eq(verdict_of(odd[i]), VERDICT_RETRY, "%d", odd[i]);
}

Test(http_verdict, only_refusals_of_the_payload_are_divisible)
{
	for (int status = 200; status < 600; status++)
		cr_assert_eq(judge(status, "", "", NULL, 0).divisible,
			     status == 400 || status == 413 || status == 422 ||
				     status == 500,
			     "status %d", status);
}

Test(http_verdict, success_without_a_body_says_nothing)
{
	struct export_result r =
		judge(200, "", "application/x-protobuf", NULL, 0);

	cr_assert_str_empty(r.msg);
	cr_assert_eq(r.rejected, 0);
	cr_assert_eq(r.retry_after_ms, -1);
}

static size_t pack_partial(int64_t rejected, const char *message, uint8_t *ret)
{
	Otlp__ExportTracePartialSuccess partial =
		OTLP__EXPORT_TRACE_PARTIAL_SUCCESS__INIT;
	Otlp__ExportTraceServiceResponse response =
		OTLP__EXPORT_TRACE_SERVICE_RESPONSE__INIT;

	partial.rejected_spans = rejected;
	partial.error_message = (char *)message;
	response.partial_success = &partial;
	return otlp__export_trace_service_response__pack(&response, ret);
}

Test(http_verdict, partial_success_is_counted_and_never_retried)
{
	uint8_t body[256];
	size_t len = pack_partial(3, "too old", body);
	struct export_result r =
		judge(200, "", "application/x-protobuf", body, len);

	cr_assert_eq(r.verdict, VERDICT_SENT);
	cr_assert_eq(r.rejected, 3);
	cr_assert(strstr(r.msg, "too old"));
}

Test(http_verdict, partial_success_of_none_is_a_warning)
{
	uint8_t body[256];
	size_t len = pack_partial(0, "deprecated", body);
	struct export_result r =
		judge(200, "", "Application/X-Protobuf; charset=x", body, len);

	cr_assert_eq(r.verdict, VERDICT_SENT);
	cr_assert_eq(r.rejected, 0);
	cr_assert(strstr(r.msg, "deprecated"));
	/* a receiver that counts backwards rejected nothing */
	len = pack_partial(-5, "", body);
	r = judge(200, "", "application/x-protobuf", body, len);
	cr_assert_eq(r.rejected, 0);
}

/* ---- bodies of JSON ---- */

static struct export_result judge_json(int status, const char *text)
{
	return judge(status, "", "application/json; charset=utf-8", text,
		     strlen(text));
}

Test(http_verdict, json_that_says_nothing_is_success)
{
	const char *const bodies[] = {
		"{}",
		"[]",
		"null",
		"{\"partialSuccess\":{}}",
		"{\"partialSuccess\":null}",
		"{\"partialSuccess\":[3]}",
		"{\"partialSuccess\":{\"rejectedSpans\":\"0\"}}",
		"{\"partialSuccess\":{\"rejectedSpans\":-4}}",
		"{\"partialSuccess\":{\"rejectedSpans\":\"4x\"}}",
		"{\"partialSuccess\":{\"rejectedSpans\":{}}}",
		"{\"partialSuccess\":{\"rejectedSpans\":"
		"\"99999999999999999999\"}}",
		"{\"partialSuccess\":{\"errorMessage\":7}}",
		"{\"partialSuccess\":{\"rejectedSpans\":3", /* cut */
		"\xff\xfe",
	};

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct export_result r = judge_json(200, bodies[i]);

		cr_assert_eq(r.verdict, VERDICT_SENT, "%s", bodies[i]);
		cr_assert_eq(r.rejected, 0, "%s", bodies[i]);
		cr_assert_str_empty(r.msg, "%s", bodies[i]);
	}
}

Test(http_verdict, partial_success_in_json_is_counted)
{
	struct export_result r =
		judge_json(200, "{\"partialSuccess\":{\"rejectedSpans\":\"3\","
				"\"errorMessage\":\"too\\nold\"}}");

	cr_assert_eq(r.verdict, VERDICT_SENT);
	cr_assert_eq(r.rejected, 3);
	cr_assert(strstr(r.msg, "rejected 3 spans: too old"), "%s", r.msg);
	r = judge_json(200, "{\"partialSuccess\":{\"rejectedSpans\":3}}");
	cr_assert_eq(r.rejected, 3);
	r = judge_json(200, "{\"partialSuccess\":{\"errorMessage\":\"w\"}}");
	cr_assert_eq(r.rejected, 0);
	cr_assert(strstr(r.msg, "w"));
	/* a number that no int64 holds is as large as one can be */
	r = judge_json(200, "{\"partialSuccess\":{\"rejectedSpans\":"
			    "1000000000000000000000000}}");
	cr_assert_gt(r.rejected, UINT32_MAX);
}

Test(http_verdict, an_error_in_json_shows_its_message)
{
	cr_assert_str_eq(judge_json(400, "{\"code\":3,\"message\":\"bad\\u0007 "
					 "id\",\"details\":[{}]}")
				 .msg,
			 "HTTP 400: bad id");
	cr_assert_str_eq(judge_json(404, "{\"error\":\"x\"}").msg,
			 "HTTP 404: {\"error\":\"x\"}");
	cr_assert_str_eq(judge_json(500, "[1]").msg, "HTTP 500: [1]");
	cr_assert_str_eq(judge_json(500, "").msg, "HTTP 500");
}

Test(http_verdict, hostile_json_costs_nothing)
{
	enum { SIZE = 65536 };
	char *text = malloc(SIZE + 1);
	const char *const units[] = { "[",  "{\"a\":", "{},",
				      "1,", "\"\\u",   "99999999" };

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		size_t unit = strlen(units[i]);

		for (size_t at = 0; at + unit <= SIZE; at += unit)
			memcpy(text + at, units[i], unit);
		text[SIZE - SIZE % unit] = '\0';
		cr_assert_eq(judge_json(200, text).verdict, VERDICT_SENT);
		cr_assert_eq(judge_json(503, text).verdict, VERDICT_RETRY);
		/* short enough to be parsed */
		text[8000] = '\0';
		cr_assert_eq(judge_json(200, text).rejected, 0);
		cr_assert_eq(judge_json(400, text).verdict, VERDICT_REJECT);
	}
	free(text);
}

Test(http_verdict, an_answer_that_is_not_protobuf_is_still_success)
{
	struct export_result r =
		judge(202, "", "application/json", "{\"x\":1}", 7);

	cr_assert_eq(r.verdict, VERDICT_SENT);
	cr_assert_str_empty(r.msg);
	r = judge(200, "", "application/x-protobuf", "\xff\xff\xff", 3);
	cr_assert_eq(r.verdict, VERDICT_SENT);
	/* the type must be that one, not begin like it */
	r = judge(400, "", "application/x-protobufs", "plain", 5);
	cr_assert(strstr(r.msg, "plain"));
}

Test(http_verdict, an_error_shows_the_message_of_its_status_cleaned)
{
	Otlp__RpcStatus status = OTLP__RPC_STATUS__INIT;
	uint8_t body[256];
	size_t len;

	status.code = 3;
	status.message = (char *)" bad\x1b[31m span\r\n\xff \xc2\x9b here\x7f";
	len = otlp__rpc_status__pack(&status, body);
	cr_assert_str_eq(
		judge(400, "", "application/x-protobuf", body, len).msg,
		"HTTP 400: bad [31m span \xef\xbf\xbd here");
	cr_assert_str_eq(judge(404, "", "text/html", "<h1>no</h1>\n", 12).msg,
			 "HTTP 404: <h1>no</h1>");
	cr_assert_str_eq(
		judge(500, "", "application/x-protobuf", "\xff", 1).msg,
		"HTTP 500");
}

Test(http_verdict, retry_after_counts_for_a_retry_only)
{
	cr_assert_eq(judge(503, "2", "", NULL, 0).retry_after_ms, 2000);
	cr_assert_eq(judge(429, "0", "", NULL, 0).retry_after_ms, 0);
	cr_assert_eq(judge(503, "", "", NULL, 0).retry_after_ms, -1);
	cr_assert_eq(judge(400, "2", "", NULL, 0).retry_after_ms, -1);
	cr_assert_eq(judge(200, "2", "", NULL, 0).retry_after_ms, -1);
}

Test(retry_after, bad_values_are_no_wish)
{
	const char *const bad[] = { "",     "-1", "soon", "1.5 seconds",
				    "0x10", "5s" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert_eq(http_retry_after(bad[i], RFC_TIME), -1, "%s",
			     bad[i]);
}

Test(retry_after, seconds_and_dates)
{
	cr_assert_eq(http_retry_after("1", RFC_TIME), 1000);
	cr_assert_eq(http_retry_after("120", RFC_TIME), 120000);
	cr_assert_eq(http_retry_after(RFC_DATE, RFC_TIME - 30), 30000);
	cr_assert_eq(http_retry_after(RFC_DATE, RFC_TIME), 0);
	cr_assert_eq(http_retry_after(RFC_DATE, RFC_TIME + 30), 0);
}

Test(retry_after, is_bounded)
{
	cr_assert_eq(http_retry_after("3600", RFC_TIME), RETRY_AFTER_MAX_MS);
	cr_assert_eq(http_retry_after("3601", RFC_TIME), RETRY_AFTER_MAX_MS);
	cr_assert_eq(http_retry_after("99999999999999999999999999", RFC_TIME),
		     RETRY_AFTER_MAX_MS);
	cr_assert_eq(http_retry_after(RFC_DATE, RFC_TIME - 100000),
		     RETRY_AFTER_MAX_MS);
}

Test(text_clean, cuts_at_characters)
{
	char *text = malloc(4000);
	char got[TEXT_CLEAN_SIZE];

	for (int i = 0; i < 1000; i++)
		memcpy(text + 4 * i, "\xf0\x9f\x90\xa7", 4); /* a penguin */
	text_clean(text, 4000, got);
	cr_assert_eq(strlen(got), 4 * TEXT_CLEAN_CHARS);
	text_clean(text, 0, got);
	cr_assert_str_empty(got);
	text_clean(" \t\n", 3, got);
	cr_assert_str_empty(got);
	memset(text, 0xff, 4000);
	text_clean(text, 4000, got);
	cr_assert_eq(strlen(got), 3 * TEXT_CLEAN_CHARS);
	free(text);
}
