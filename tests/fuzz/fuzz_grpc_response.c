/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A gRPC receiver's answer: the headers as libcurl hands them on, line by line
 * up to the empty one; the length of the body in two bytes, the body; the
 * trailers, line by line.
 */
#include "fuzz.h"

#include "otlp/grpc_frame.h"
#include "otlp/grpc_status.h"
#include "otlp/grpc_text.h"
#include "otlp/http_reply.h"

#define NOW 1700000000

static bool give_line(struct http_reply *reply, struct fuzz_input *input)
{
	const uint8_t *end = memchr(input->data, '\n', input->len);
	size_t len = end ? (size_t)(end - input->data) + 1 : input->len;
	_cleanup_free_ char *line = fuzz_copy(input->data, len);

	input->data += len;
	input->len -= len;
	return http_reply_header(reply, line, len);
}

static bool give_body(struct http_reply *reply, struct fuzz_input *input,
		      size_t piece)
{
	size_t len;

	if (input->len < 2)
		return true;
	len = (size_t)input->data[0] << 8 | input->data[1];
	input->data += 2;
	input->len -= 2;
	if (len > input->len)
		len = input->len;
	input->len -= len;
	while (len) {
		size_t n = len < piece ? len : piece;

		if (!http_reply_body(reply, input->data, n))
			return false;
		input->data += n;
		len -= n;
	}
	return true;
}

static bool receive(struct http_reply *reply, struct fuzz_input input,
		    size_t piece)
{
	while (input.len && !reply->headers_whole)
		if (!give_line(reply, &input))
			return false;
	if (!give_body(reply, &input, piece))
		return false;
	while (input.len)
		if (!give_line(reply, &input))
			return false;
	return true;
}

/* Each of the small decoders on its own memory. */
static void decode(const struct http_response *response)
{
	size_t len = strlen(response->grpc_details);
	_cleanup_free_ char *text = fuzz_copy(response->grpc_message,
					      strlen(response->grpc_message));
	_cleanup_free_ uint8_t *bytes = malloc(len * 3 / 4 + !len);
	const uint8_t *message;
	size_t message_len;
	int64_t ms = -2;

	CHECK(grpc_text_decode(text) <= strlen(response->grpc_message));
	CHECK(grpc_text_base64(response->grpc_details, bytes) <=
	      (ssize_t)(len * 3 / 4));
	if (grpc_status_retry_info(response->grpc_details, &ms) == 0)
		CHECK(ms >= -1 && ms <= RETRY_AFTER_MAX_MS);
	else
		CHECK(ms == -2);
	if (grpc_frame_open(response->body, response->body_len, &message,
			    &message_len))
		CHECK(message + message_len <=
		      response->body + response->body_len);
}

static void judge(const struct http_response *response,
		  struct export_result *ret)
{
	grpc_status_judge(response, NOW, ret);
	CHECK(memchr(ret->msg, '\0', sizeof(ret->msg)));
	CHECK(fuzz_is_log_text(ret->msg));
	CHECK(ret->retry_after_ms >= -1 &&
	      ret->retry_after_ms <= RETRY_AFTER_MAX_MS);
	CHECK((ret->verdict == VERDICT_SENT) ==
	      (response->http2 && (!strcmp(response->grpc_status, "0") ||
				   !strcmp(response->grpc_status, "00"))));
	CHECK(ret->verdict == VERDICT_SENT || *ret->msg);
	CHECK(ret->verdict == VERDICT_SENT || !ret->rejected);
	CHECK(ret->verdict == VERDICT_REJECT || !ret->divisible);
	CHECK(ret->verdict == VERDICT_RETRY || ret->retry_after_ms == -1);
}

/* With the body in pieces of this size; false: no answer came. */
static bool answer(const uint8_t *data, size_t size, size_t piece,
		   struct export_result *ret)
{
	_cleanup_(http_reply_free) struct http_reply reply = { 0 };
	struct http_response response;
	bool whole;

	http_reply_reset(&reply);
	whole = receive(&reply, (struct fuzz_input){ data, size }, piece);
	if (!http_reply_response(&reply, &response))
		return false;
	response.cut = whole ? NULL : "too much";
	decode(&response);
	judge(&response, ret);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct export_result whole, pieces;
	bool answered = answer(data, size, SIZE_MAX, &whole);

	CHECK(answer(data, size, 3, &pieces) == answered);
	CHECK(!answered || !memcmp(&whole, &pieces, sizeof(whole)));
	return 0;
}
