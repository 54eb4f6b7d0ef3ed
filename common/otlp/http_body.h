/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the body of a receiver's answer says.  OTLP lets a receiver answer in
 * the encoding of the request; some answer in the other one, and proxies answer
 * in neither, so the response's content type decides how a body is read.
 * Everything here is hostile: bodies are bounded in size and depth, and what is
 * returned is fit for one line of a log.  Private to common/otlp.
 */
#ifndef OTEL_OTLP_HTTP_BODY_H
#define OTEL_OTLP_HTTP_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "otlp/http_verdict.h"
#include "otlp/text_clean.h"

/* ExportTracePartialSuccess (OTLP, "Partial Success"). */
struct partial_success {
	uint64_t rejected; /* spans; 0: a warning only */
	char message[TEXT_CLEAN_SIZE];
};

/* True when the body of a 2xx says that spans were rejected, or warns; fills
 * *ret then and leaves it alone otherwise. */
bool http_body_partial(const struct http_response *response,
		       struct partial_success *ret);

/* The message of a google.rpc.Status, or the beginning of any other text; ""
 * when there is none.  ret has TEXT_CLEAN_SIZE bytes. */
void http_body_error(const struct http_response *response, char *ret);

/* The same of a body that is JSON.  http_body_json_error returns false when it
 * is no object with a message. */
bool http_body_json_partial(const struct http_response *response,
			    struct partial_success *ret);
bool http_body_json_error(const struct http_response *response, char *ret);

#endif
