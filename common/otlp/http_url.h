/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An endpoint that is a URL: what is sent to, and what a log may show. */
#ifndef OTEL_OTLP_HTTP_URL_H
#define OTEL_OTLP_HTTP_URL_H

#include "util/err.h"

/*
 * Checks an endpoint of any scheme that has a transport (config/endpoint.h).
 * *ret_url is where to send, as an http:// or https:// URL: the endpoint, with
 * default_path where it has no path.  *ret_name is the endpoint with user
 * information and query masked.  The caller frees both.  Returns 0, or -1 with
 * err, which does not quote the endpoint: it may hold a password.
 */
int http_url_resolve(const char *endpoint, const char *default_path,
		     char **ret_url, char **ret_name, struct err *err);

#endif
