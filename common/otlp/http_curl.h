/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sets libcurl's handles up: what none of our requests goes without, and what
 * the configuration says of TLS, proxies and time.  Private to common/otlp.
 */
#ifndef OTEL_OTLP_HTTP_CURL_H
#define OTEL_OTLP_HTTP_CURL_H

#include <curl/curl.h>
#include <stdbool.h>

#include "otlp/exporter_ops.h"

/*
 * For every request, ours to a receiver or to who has credentials for it: HTTP
 * and nothing else, no redirects, no signals, no socket that a program started
 * by us would inherit, and an end when exporter, which must live as long, is to
 * give up.
 */
void http_curl_guard(CURL *curl, const struct exporter *exporter);

/*
 * Makes curl post to url as config says.  With http2: HTTP/2 and nothing else,
 * through a tunnel where there is a proxy.  Returns 0, or -1 with err: a TLS
 * file that can not be used, a libcurl without HTTP/2.
 */
int http_curl_aim(CURL *curl, const char *url, bool http2,
		  const struct config *config, struct err *err);

#endif
