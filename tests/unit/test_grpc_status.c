/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the answer to a gRPC call means, status by status. */
#include "otlp/grpc_status.h"

#include <stdio.h>
#include <stdlib.h>

#include <criterion/criterion.h>

#include "proto/otlp.pb-c.h"
#include "support.h"

#define NOW 1700000000
#define RETRY_INFO "type.googleapis.com/google.rpc.RetryInfo"

static struct http_response answer(const char *status)
{
	return (struct http_response){
		.status = 200,
		.http2 = true,
		.content_type = "application/grpc",
		.retry_after = "",
		.grpc_status = status,
		.grpc_message = "",
		.grpc_details = "",
	};
}

static struct export_result judge(const struct http_response *response)
{
	struct export_result result;

	memset(&result, 0xa5, sizeof(result));
	grpc_status_judge(response, NOW, &result);
	cr_assert(result.verdict == VERDICT_REJECT || !result.divisible);
	cr_assert(result.verdict == VERDICT_RETRY ||
		  result.retry_after_ms == -1);
	return result;
}

/* ---- RetryInfo, as servers write it ----------------------------------------
 */

static void encode(const uint8_t *data, size_t len, char *ret)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t bits = 0;
	int have = 0;

	for (size_t i = 0; i < len; i++) {
		bits = bits << 8 | data[i];
		for (have += 8; have >= 6; have -= 6)
			*ret++ = digits[bits >> (have - 6) & 63];
	}
	if (have)
		*ret++ = digits[bits << (6 - have) & 63];
	*ret = '\0';
}

/* Lasts as long as the test's process. */
static void *take(size_t len)
{
	static _Alignas(16) char pool[4 << 20];
	static size_t taken;
	void *p = pool + taken;

	taken += (len + 15) / 16 * 16;
	cr_assert_leq(taken, sizeof(pool));
	return p;
}

static const char *details_of(Otlp__Any **details, size_t n)
{
	Otlp__RpcStatus status = OTLP__RPC_STATUS__INIT;
	char *text = take(65536);
	uint8_t bytes[32768];

	status.code = 8;
	status.message = (char *)"slow down";
	status.details = details;
	status.n_details = n;
	encode(bytes, otlp__rpc_status__pack(&status, bytes), text);
	return text;
}

static Otlp__Any *any_of(const char *type, const void *data, size_t len)
{
	Otlp__Any *any = take(sizeof(*any));

	otlp__any__init(any);
	any->type_url = (char *)type;
	any->value.data = (uint8_t *)guarded_copy(data, len);
	any->value.len = len;
	return any;
}

static Otlp__Any *retry_info(int64_t seconds, int32_t nanos)
{
	Otlp__Duration delay = OTLP__DURATION__INIT;
	Otlp__RetryInfo info = OTLP__RETRY_INFO__INIT;
	uint8_t bytes[64];

	delay.seconds = seconds;
	delay.nanos = nanos;
	info.retry_delay = &delay;
	return any_of(RETRY_INFO, bytes, otlp__retry_info__pack(&info, bytes));
}

static int64_t pause_of(Otlp__Any *any)
{
	int64_t ms = -7;

	cr_assert_eq(grpc_status_retry_info(details_of(&any, 1), &ms), 0);
	return ms;
}

Test(grpc_status, details_that_hold_no_retry_info)
{
	Otlp__Any *others[] = {
		any_of("type.googleapis.com/google.rpc.BadRequest", "abc", 3),
		any_of("google.rpc.RetryInfo", "", 0),
		any_of("x/google.rpc.RetryInfo2", "", 0),
		any_of("", "", 0),
		any_of(RETRY_INFO, "\x0a\xff\xff\xff\xff\x0f", 6),
	};
	const char *const bad[] = { "",       "A",  "====", "not base64!",
				    "/////w", "GgA" /* one empty Any */ };
	int64_t ms = -7;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert_eq(grpc_status_retry_info(bad[i], &ms), -1, "%s",
			     bad[i]);
	cr_assert_eq(grpc_status_retry_info(details_of(others, 5), &ms), -1);
	cr_assert_eq(ms, -7);
}

Test(grpc_status, the_pause_of_a_retry_info)
{
	cr_assert_eq(pause_of(retry_info(2, 0)), 2000);
	cr_assert_eq(pause_of(retry_info(0, 1500000)), 2);
	cr_assert_eq(pause_of(retry_info(1, 999999999)), 2000);
	cr_assert_eq(pause_of(retry_info(0, 0)), 0);
	cr_assert_eq(pause_of(any_of(RETRY_INFO, "", 0)), -1);
	/* what no server means */
	cr_assert_eq(pause_of(retry_info(-1, 0)), 0);
	cr_assert_eq(pause_of(retry_info(5, -1)), 0);
	cr_assert_eq(pause_of(retry_info(INT64_MIN, INT32_MIN)), 0);
	cr_assert_eq(pause_of(retry_info(3600, 0)), RETRY_AFTER_MAX_MS);
	cr_assert_eq(pause_of(retry_info(INT64_MAX, INT32_MAX)),
		     RETRY_AFTER_MAX_MS);
	cr_assert_leq(pause_of(retry_info(3599, INT32_MAX)),
		      RETRY_AFTER_MAX_MS);
}

Test(grpc_status, a_retry_info_is_found_among_others)
{
	Otlp__Any *details[] = { any_of("x/google.rpc.DebugInfo", "abc", 3),
				 retry_info(7, 0) };
	int64_t ms;

	cr_assert_eq(grpc_status_retry_info(details_of(details, 2), &ms), 0);
	cr_assert_eq(ms, 7000);
}

/* Put together by hand from the definitions, not by our code. */
Test(grpc_status, a_retry_info_as_it_comes_over_the_wire)
{
	int64_t ms;

	cr_assert_eq(grpc_status_retry_info(
			     "CAgSBHNsb3caLAoodHlwZS5nb29nbGVhcGlzLmNvbS9nb29"
			     "nbGUucnBjLlJldHJ5SW5mbxIA",
			     &ms),
		     0);
	cr_assert_eq(ms, -1);
}

/* ---- every status
 * ------------------------------------------------------------ */

static const struct status_case {
	const char *status, *name;
	enum verdict verdict, with_retry_info;
	bool divisible;
} cases[] = {
	{ "0", "", VERDICT_SENT, VERDICT_SENT, false },
	{ "1", "CANCELLED", VERDICT_RETRY, VERDICT_RETRY, false },
	{ "2", "UNKNOWN", VERDICT_REJECT, VERDICT_REJECT, true },
	{ "3", "INVALID_ARGUMENT", VERDICT_REJECT, VERDICT_REJECT, true },
	{ "4", "DEADLINE_EXCEEDED", VERDICT_RETRY, VERDICT_RETRY, false },
	{ "5", "NOT_FOUND", VERDICT_REJECT, VERDICT_REJECT, false },
	{ "6", "ALREADY_EXISTS", VERDICT_REJECT, VERDICT_REJECT, true },
	{ "7", "PERMISSION_DENIED", VERDICT_REJECT, VERDICT_REJECT, false },
	{ "8", "RESOURCE_EXHAUSTED", VERDICT_REJECT, VERDICT_RETRY, true },
	{ "9", "FAILED_PRECONDITION", VERDICT_REJECT, VERDICT_REJECT, true },
	{ "10", "ABORTED", VERDICT_RETRY, VERDICT_RETRY, false },
	{ "11", "OUT_OF_RANGE", VERDICT_RETRY, VERDICT_RETRY, false },
	{ "12", "UNIMPLEMENTED", VERDICT_REJECT, VERDICT_REJECT, false },
	{ "13", "INTERNAL", VERDICT_REJECT, VERDICT_REJECT, true },
	{ "14", "UNAVAILABLE", VERDICT_RETRY, VERDICT_RETRY, false },
	{ "15", "DATA_LOSS", VERDICT_RETRY, VERDICT_RETRY, false },
	{ "16", "UNAUTHENTICATED", VERDICT_REJECT, VERDICT_REJECT, false },
};

Test(grpc_status, every_status)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct http_response response = answer(cases[i].status);
		struct export_result r = judge(&response);
		char want[128];

		snprintf(want, sizeof(want), "gRPC status %s (%s)",
			 cases[i].status, cases[i].name);
		cr_assert_eq(r.verdict, cases[i].verdict, "%s", want);
		cr_assert_eq(r.divisible, cases[i].divisible, "%s", want);
		cr_assert_eq(r.retry_after_ms, -1);
		cr_assert_str_eq(r.msg, *cases[i].name ? want : "");
	}
}

Test(grpc_status, every_status_with_a_retry_info)
{
	Otlp__Any *any = retry_info(3, 0);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct http_response response = answer(cases[i].status);
		struct export_result r;

		response.grpc_details = details_of(&any, 1);
		r = judge(&response);
		cr_assert_eq(r.verdict, cases[i].with_retry_info, "%s",
			     cases[i].status);
		cr_assert_eq(r.retry_after_ms,
			     r.verdict == VERDICT_RETRY ? 3000 : -1);
	}
}

Test(grpc_status, a_status_that_is_none_is_unknown)
{
	const char *const bad[] = { "17", "99",   "100",      "-1",
				    "+1", " 1",   "1 ",       "0x0",
				    "OK", "0,14", "00000000", "\xc3\xbc" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct http_response response = answer(bad[i]);
		struct export_result r = judge(&response);

		cr_assert_eq(r.verdict, VERDICT_REJECT, "%s", bad[i]);
		cr_assert_not(r.divisible);
		cr_assert(strstr(r.msg, "UNKNOWN"), "%s", r.msg);
	}
}

Test(grpc_status, a_status_stands_whatever_else_is_wrong)
{
	struct http_response response = answer("14");

	response.status = 404;
	response.content_type = "text/html";
	response.cut = "reset";
	cr_assert_eq(judge(&response).verdict, VERDICT_RETRY);
	response.grpc_status = "0";
	cr_assert_eq(judge(&response).verdict, VERDICT_SENT);
}

Test(grpc_status, a_message_is_decoded_and_cleaned)
{
	struct http_response response = answer("3");

	response.grpc_message = "bad%20span%0d%0a%1b[31m %zz 100%";
	cr_assert_str_eq(judge(&response).msg,
			 "gRPC status 3 (INVALID_ARGUMENT): "
			 "bad span [31m %zz 100%");
	response.grpc_message = "%ff%fe%00x";
	cr_assert_str_eq(judge(&response).msg,
			 "gRPC status 3 (INVALID_ARGUMENT): "
			 "\xef\xbf\xbd\xef\xbf\xbd x");
}

/* ---- without a status
 * ---------------------------------------------------------- */

static const struct http_case {
	int status;
	enum verdict verdict;
	bool divisible;
	const char *name;
} http_cases[] = {
	{ 200, VERDICT_REJECT, false, "UNKNOWN" },
	{ 204, VERDICT_REJECT, false, "UNKNOWN" },
	{ 302, VERDICT_REJECT, false, "UNKNOWN" },
	{ 400, VERDICT_REJECT, false, "INTERNAL" },
	{ 401, VERDICT_REJECT, false, "UNAUTHENTICATED" },
	{ 403, VERDICT_REJECT, false, "PERMISSION_DENIED" },
	{ 404, VERDICT_REJECT, false, "UNIMPLEMENTED" },
	{ 405, VERDICT_REJECT, false, "UNKNOWN" },
	{ 413, VERDICT_REJECT, true, "UNKNOWN" },
	{ 415, VERDICT_REJECT, false, "UNKNOWN" },
	{ 429, VERDICT_RETRY, false, "UNAVAILABLE" },
	{ 500, VERDICT_REJECT, false, "UNKNOWN" },
	{ 501, VERDICT_REJECT, false, "UNKNOWN" },
	{ 502, VERDICT_RETRY, false, "UNAVAILABLE" },
	{ 503, VERDICT_RETRY, false, "UNAVAILABLE" },
	{ 504, VERDICT_RETRY, false, "UNAVAILABLE" },
};

Test(grpc_status, every_http_status)
{
	for (size_t i = 0; i < sizeof(http_cases) / sizeof(http_cases[0]);
	     i++) {
		struct http_response response = answer("");
		struct export_result r;

		response.status = http_cases[i].status;
		response.content_type = "text/html";
		response.retry_after = "2";
		r = judge(&response);
		cr_assert_eq(r.verdict, http_cases[i].verdict, "%d",
			     response.status);
		cr_assert_eq(r.divisible, http_cases[i].divisible, "%d",
			     response.status);
		cr_assert_eq(r.retry_after_ms,
			     r.verdict == VERDICT_RETRY ? 2000 : -1);
		cr_assert(strstr(r.msg, http_cases[i].name), "%s", r.msg);
	}
}

Test(grpc_status, what_a_proxy_says_is_shown)
{
	struct http_response response = answer("");

	response.status = 503;
	response.content_type = "text/html";
	response.body = (const uint8_t *)"<h1>no\nupstream</h1>";
	response.body_len = 20;
	cr_assert_str_eq(judge(&response).msg,
			 "HTTP 503 and no gRPC status, that is UNAVAILABLE: "
			 "<h1>no upstream</h1>");
}

Test(grpc_status, nobody_answered_when_it_ended_before_the_status)
{
	struct http_response response = answer("");

	cr_assert_eq(judge(&response).verdict, VERDICT_RETRY);
	response.cut = "stream 1 was reset";
	cr_assert_eq(judge(&response).verdict, VERDICT_RETRY);
	cr_assert(strstr(judge(&response).msg, "stream 1 was reset"));
	response.content_type = "text/html";
	cr_assert_eq(judge(&response).verdict, VERDICT_RETRY);
	/* but a refusal was said */
	response.status = 401;
	cr_assert_eq(judge(&response).verdict, VERDICT_REJECT);
}

Test(grpc_status, http_1_is_no_grpc)
{
	struct http_response response = answer("");
	const int statuses[] = { 200, 400, 404, 503 };

	response.http2 = false;
	for (size_t i = 0; i < 4; i++) {
		response.status = statuses[i];
		cr_assert_eq(judge(&response).verdict, VERDICT_RETRY);
		cr_assert(strstr(judge(&response).msg, "gRPC needs HTTP/2"));
	}
}

/* ---- partial success
 * ------------------------------------------------------------- */

static struct export_result accepted(const char *body, size_t len)
{
	struct http_response response = answer("0");

	response.body = (const uint8_t *)guarded_copy(body, len);
	response.body_len = len;
	return judge(&response);
}

Test(grpc_status, partial_success_is_counted_not_retried)
{
	/* partial_success { rejected_spans: 3 error_message: "old" } */
	struct export_result r =
		accepted("\0\0\0\0\x09\x0a\x07\x08\3\x12\3old", 14);

	cr_assert_eq(r.verdict, VERDICT_SENT);
	cr_assert_eq(r.rejected, 3);
	cr_assert_str_eq(r.msg, "the receiver rejected 3 spans: old");
}

Test(grpc_status, a_message_that_can_not_be_read_changes_nothing)
{
	static const struct {
		const char *body;
		size_t len;
	} bodies[] = {
		{ "", 0 },
		{ "\0\0\0\0\0", 5 },
		{ "\1\0\0\0\x09\x0a\x07\x08\3\x12\3old", 14 },
		{ "\0\xff\xff\xff\xff\x0a\x07\x08\3\x12\3old", 14 },
		{ "\0\0\0\0\x09\x0a\x7f\x08\3\x12\3old", 14 },
		{ "\0\0\0\0\2\x0a\0", 7 },
	};

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct export_result r =
			accepted(bodies[i].body, bodies[i].len);

		cr_assert_eq(r.verdict, VERDICT_SENT, "%zu", i);
		cr_assert_eq(r.rejected, 0);
		cr_assert_str_eq(r.msg, "");
	}
}
