/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Collects a receiver's answer; see http_reply.h. */
#include "otlp/http_reply.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#define HEADERS_MAX (64 * 1024)
#define BODY_MAX (4 * 1024 * 1024) /* OTLP: a client may stop reading here */
/* No honest answer to us is longer, and unpacked a malicious one takes fifty
 * times as much. */
#define BODY_KEPT (16 * 1024)

/* The headers that are kept.  Trailers come here too, after the body, and what
 * they say replaces what the headers did. */
static const struct kept {
	const char *name;
	size_t offset, size; /* in struct http_reply */
	bool cut;            /* what is too long is cut there, not left out */
} kept[] = {
#define KEPT(name, member, cut)                                                \
	{                                                                      \
		name, offsetof(struct http_reply, member),                     \
			sizeof(((struct http_reply *)NULL)->member), cut       \
	}
	KEPT("Content-Type", content_type, false),
	KEPT("Retry-After", retry_after, false),
	KEPT("grpc-status", grpc_status, true),
	KEPT("grpc-message", grpc_message, true),
	KEPT("grpc-status-details-bin", grpc_details, false),
#undef KEPT
};

#define N_KEPT (sizeof(kept) / sizeof(kept[0]))

static char *place(struct http_reply *reply, const struct kept *header)
{
	return (char *)reply + header->offset;
}

/* Copies the value of "name: value" when line is that header. */
static void copy_value(struct http_reply *reply, const struct kept *header,
		       const char *line, size_t len)
{
	size_t at = strlen(header->name);
	char *ret = place(reply, header);

	if (len <= at || strncasecmp(line, header->name, at) || line[at] != ':')
		return;
	for (at++; at < len && (line[at] == ' ' || line[at] == '\t'); at++)
		;
	while (len > at && (line[len - 1] == '\r' || line[len - 1] == '\n' ||
			    line[len - 1] == ' '))
		len--;
	if (len - at >= header->size) {
		if (!header->cut)
			return;
		len = at + header->size - 1;
	}
	memcpy(ret, line + at, len - at);
	ret[len - at] = '\0';
}

/* "HTTP/1.1 200 OK".  Every response has its own, interim ones (1xx) too. */
static void begin_response(struct http_reply *reply, const char *line,
			   size_t len)
{
	const char *blank = memchr(line, ' ', len);
	size_t at = blank ? (size_t)(blank - line) + 1 : len;

	reply->status = 0;
	reply->headers_whole = false;
	reply->http2 = at == sizeof("HTTP/2") && line[5] == '2';
	for (size_t i = 0; i < N_KEPT; i++)
		*place(reply, &kept[i]) = '\0';
	for (size_t i = at; i < at + 3 && i < len; i++)
		if (line[i] >= '0' && line[i] <= '9')
			reply->status = 10 * reply->status + (line[i] - '0');
}

bool http_reply_header(struct http_reply *reply, const char *line, size_t len)
{
	reply->header_bytes += len;
	if (reply->header_bytes > HEADERS_MAX)
		return false;
	if (len >= 5 && !strncmp(line, "HTTP/", 5))
		begin_response(reply, line, len);
	else if (len && (line[0] == '\r' || line[0] == '\n'))
		reply->headers_whole = reply->status >= 200;
	for (size_t i = 0; i < N_KEPT; i++)
		copy_value(reply, &kept[i], line, len);
	return true;
}

bool http_reply_body(struct http_reply *reply, const void *data, size_t len)
{
	reply->body_bytes += len;
	if (reply->body_bytes > BODY_MAX)
		return false;
	if (reply->body_bytes <= BODY_KEPT)
		buf_append(&reply->body, data, len);
	return true;
}

/* Any other number than what came ends the transfer. */
static size_t on_header(char *line, size_t size, size_t n, void *reply)
{
	return http_reply_header(reply, line, size * n) ? size * n : 0;
}

static size_t on_body(char *data, size_t size, size_t n, void *reply)
{
	return http_reply_body(reply, data, size * n) ? size * n : 0;
}

void http_reply_attach(struct http_reply *reply, CURL *curl)
{
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, reply);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, reply);
}

void http_reply_reset(struct http_reply *reply)
{
	struct buf body = reply->body;

	buf_clear(&body);
	memset(reply, 0, sizeof(*reply));
	reply->body = body;
}

void http_reply_free(struct http_reply *reply)
{
	buf_free(&reply->body);
}

bool http_reply_response(const struct http_reply *reply,
			 struct http_response *ret)
{
	bool whole = reply->body_bytes <= BODY_KEPT && !reply->body.failed;

	if (!reply->headers_whole)
		return false;
	*ret = (struct http_response){
		.status = reply->status,
		.content_type = reply->content_type,
		.retry_after = reply->retry_after,
		.body = reply->body.data,
		.body_len = whole ? reply->body.len : 0,
		.http2 = reply->http2,
		.grpc_status = reply->grpc_status,
		.grpc_message = reply->grpc_message,
		.grpc_details = reply->grpc_details,
	};
	return true;
}
