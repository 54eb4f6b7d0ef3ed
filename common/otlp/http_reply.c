/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Collects a receiver's answer; see http_reply.h. */
#include "otlp/http_reply.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#define HEADERS_MAX (64 * 1024)
#define BODY_MAX (4 * 1024 * 1024) /* OTLP: a client may stop reading here */
#define BODY_KEPT (64 * 1024)      /* no honest answer to us is longer */

/* Copies the value of "name: value" when line is that header. */
static void copy_value(const char *line, size_t len, const char *name,
		       char *ret, size_t size)
{
	size_t at = strlen(name);

	if (len <= at || strncasecmp(line, name, at) || line[at] != ':')
		return;
	for (at++; at < len && (line[at] == ' ' || line[at] == '\t'); at++)
		;
	while (len > at && (line[len - 1] == '\r' || line[len - 1] == '\n' ||
			    line[len - 1] == ' '))
		len--;
	if (len - at >= size)
		return;
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
	reply->content_type[0] = '\0';
	reply->retry_after[0] = '\0';
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
	copy_value(line, len, "Content-Type", reply->content_type,
		   sizeof(reply->content_type));
	copy_value(line, len, "Retry-After", reply->retry_after,
		   sizeof(reply->retry_after));
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
	bool kept = reply->body_bytes <= BODY_KEPT && !reply->body.failed;

	if (!reply->headers_whole)
		return false;
	*ret = (struct http_response){
		.status = reply->status,
		.content_type = reply->content_type,
		.retry_after = reply->retry_after,
		.body = reply->body.data,
		.body_len = kept ? reply->body.len : 0,
	};
	return true;
}
