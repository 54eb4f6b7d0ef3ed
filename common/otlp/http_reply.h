/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a receiver answers, collected within bounds while libcurl reads it.
 */
#ifndef OTEL_OTLP_HTTP_REPLY_H
#define OTEL_OTLP_HTTP_REPLY_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

#include "otlp/http_verdict.h"
#include "otlp/text_clean.h"
#include "util/buf.h"

struct http_reply {
	int status;         /* of the last status line; 0: none came */
	bool headers_whole; /* and all its headers came */
	size_t header_bytes;
	size_t body_bytes; /* read, kept or not */
	bool http2;
	char content_type[128];
	char retry_after[64];
	/* percent-encoded: twelve bytes a character at the most */
	char grpc_status[16], grpc_message[12 * TEXT_CLEAN_CHARS + 1];
	char grpc_details[8192]; /* gRPC's own limit of metadata */
	struct buf body;         /* what is kept of it */
};

/* Sets the callbacks of curl to the two below; reply must live as long. */
void http_reply_attach(struct http_reply *reply, CURL *curl);
/*
 * Takes one line of the headers, its end included, or the next piece of the
 * body.  Returns false when that is more than an honest receiver sends: the
 * transfer is to end.
 */
bool http_reply_header(struct http_reply *reply, const char *line, size_t len);
bool http_reply_body(struct http_reply *reply, const void *data, size_t len);
/* Before every request. */
void http_reply_reset(struct http_reply *reply);
void http_reply_free(struct http_reply *reply);

/*
 * True when the receiver has said its final status, whatever became of the
 * body: then *ret describes it, pointing into reply, all but ret->cut.
 */
bool http_reply_response(const struct http_reply *reply,
			 struct http_response *ret);

#endif
