/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Auth: how the requests of one exporter are authenticated.  A bearer token is
 * one more header; SigV4 is libcurl's work, given the credentials.  Private to
 * common/otlp.
 *
 * Credentials that can not be had are no refusal: nothing was sent, so the
 * batch is kept.  A receiver that refuses the sender and not the batch (401,
 * 403, gRPC's UNAUTHENTICATED and their like) refuses for good, as the OTLP
 * specification says, unless the credentials have been replaced since the
 * request was made: the batch is then sent once more, with the new ones.
 */
#ifndef OTEL_OTLP_HTTP_AUTH_H
#define OTEL_OTLP_HTTP_AUTH_H

#include <curl/curl.h>
#include <stdbool.h>

#include "otlp/exporter_ops.h"

struct http_auth;

/*
 * Makes what config->auth asks for; *ret is NULL when that is nothing.  Reads
 * no credentials yet.  url is where requests go: user information in it would
 * be a second authentication and is refused.  config is borrowed.  Returns 0,
 * or -1 with err.
 */
int http_auth_create(const struct config *config, const char *url, CURL *curl,
		     struct http_auth **ret, struct err *err);
/* NULL is fine.  Overwrites what was secret. */
void http_auth_destroy(struct http_auth *auth);

/*
 * Before each request: brings the credentials up to date and gives curl its
 * headers, which are `headers` and ours.  auth may be NULL.  May wait for EC2's
 * metadata service, half of exporter_time() at most.  Returns 0, or -1 with err
 * when there are no credentials now.
 */
int http_auth_prepare(struct http_auth *auth, const struct exporter *exporter,
		      CURL *curl, struct curl_slist *headers, struct err *err);

/* Whether the credentials of the last request have been replaced since. */
bool http_auth_replaced(const struct http_auth *auth);

#endif
