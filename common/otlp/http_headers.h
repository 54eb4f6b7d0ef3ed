/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The headers of a request over HTTP, the site's secret ones among them. */
#ifndef OTEL_OTLP_HTTP_HEADERS_H
#define OTEL_OTLP_HTTP_HEADERS_H

#include <curl/curl.h>

#include "config/config.h"
#include "otlp/http_exporter.h"
#include "util/err.h"

/*
 * Makes the list that libcurl sends: the protocol's, those of Headers, those of
 * HeadersFile ("key=value" or "key: value" a line, `#` starts a comment line).
 * Returns 0, or -1 with err, which names a header but never shows its value.
 */
int http_headers_create(const struct http_protocol *protocol,
			const struct config *config, struct curl_slist **ret,
			struct err *err);
/* NULL is fine.  Overwrites what was secret. */
void http_headers_destroy(struct curl_slist *headers);

#endif
