/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The endpoint of OTLP/HTTP: what is sent to, and what a log may show. */
#ifndef OTEL_OTLP_HTTP_URL_H
#define OTEL_OTLP_HTTP_URL_H

#include "util/err.h"

/*
 * Checks an http:// or https:// endpoint.  *ret_url is where to send: the
 * endpoint with /v1/traces where it has no path.  *ret_name is the endpoint
 * with user information and query masked.  The caller frees both.  Returns 0,
 * or -1 with err, which does not quote the endpoint: it may hold a password.
 */
int http_url_resolve(const char *endpoint, char **ret_url, char **ret_name,
		     struct err *err);

#endif
