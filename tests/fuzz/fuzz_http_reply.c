/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A receiver's answer: the input is a response as it comes over the wire, its
 * lines ended by LF or CR LF.  Interim responses may come before it.
 */
#include "fuzz.h"

#include "otlp/http_reply.h"
#include "otlp/http_verdict.h"
#include "otlp/text_clean.h"

#define NOW 1700000000

/* As libcurl does: line by line, until a final status had its empty line.
 * Returns false when the reply wants no more. */
static bool give_headers(struct http_reply *reply, struct fuzz_input *input)
{
	while (input->len && !reply->headers_whole) {
		const uint8_t *end = memchr(input->data, '\n', input->len);
		size_t len = end ? (size_t)(end - input->data) + 1 : input->len;
		_cleanup_free_ char *line = fuzz_copy(input->data, len);

		if (!http_reply_header(reply, line, len))
			return false;
		input->data += len;
		input->len -= len;
	}
	return true;
}

static void give_body(struct http_reply *reply, struct fuzz_input input,
		      size_t piece)
{
	while (input.len) {
		size_t len = input.len < piece ? input.len : piece;

		if (!http_reply_body(reply, input.data, len))
			return;
		input.data += len;
		input.len -= len;
	}
}

static void check_result(const struct http_response *response,
			 const struct export_result *result)
{
	CHECK(response->status >= 0 && response->status <= 999);
	CHECK(memchr(result->msg, '\0', sizeof(result->msg)));
	CHECK(fuzz_is_log_text(result->msg));
	CHECK(result->retry_after_ms >= -1 &&
	      result->retry_after_ms <= RETRY_AFTER_MAX_MS);
	CHECK((result->verdict == VERDICT_SENT) ==
	      (response->status >= 200 && response->status <= 299));
	CHECK(result->verdict == VERDICT_SENT || *result->msg);
	CHECK(result->verdict == VERDICT_SENT || !result->rejected);
	CHECK(result->verdict == VERDICT_REJECT || !result->divisible);
	CHECK(result->verdict == VERDICT_RETRY || result->retry_after_ms == -1);
}

static bool judge(const struct http_reply *reply, struct export_result *ret)
{
	struct http_response response;

	CHECK(strnlen(reply->content_type, sizeof(reply->content_type)) <
	      sizeof(reply->content_type));
	CHECK(strnlen(reply->retry_after, sizeof(reply->retry_after)) <
	      sizeof(reply->retry_after));
	if (!http_reply_response(reply, &response))
		return false;
	http_verdict(&response, NOW, ret);
	check_result(&response, ret);
	return true;
}

/* In pieces of this size; *ret false: no final answer came. */
static bool receive(const uint8_t *data, size_t size, size_t piece,
		    struct export_result *ret)
{
	_cleanup_(http_reply_free) struct http_reply reply = { 0 };
	struct fuzz_input input = { data, size };

	http_reply_reset(&reply);
	if (give_headers(&reply, &input))
		give_body(&reply, input, piece);
	return judge(&reply, ret);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct export_result whole, pieces;
	bool answered = receive(data, size, SIZE_MAX, &whole);

	/* How the network cut it does not matter. */
	CHECK(receive(data, size, 5, &pieces) == answered);
	CHECK(!answered || !memcmp(&whole, &pieces, sizeof(whole)));
	return 0;
}
