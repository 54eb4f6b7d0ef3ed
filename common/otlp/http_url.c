/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the endpoint of OTLP/HTTP; see http_url.h. */
#include "config.h"

#include "otlp/http_url.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/cleanup.h"

#define TRACES_PATH "/v1/traces"
#define ENDPOINT_MAX 2048

static void cleanup_url(CURLU **url)
{
	curl_url_cleanup(*url);
}

static void cleanup_curl_text(char **text)
{
	curl_free(*text);
}

#define _cleanup_url_ __attribute__((cleanup(cleanup_url)))
#define _cleanup_curl_text_ __attribute__((cleanup(cleanup_curl_text)))

static bool has_part(CURLU *url, CURLUPart part)
{
	_cleanup_curl_text_ char *text = NULL;

	return curl_url_get(url, part, &text, 0) == CURLUE_OK && text && *text;
}

/* The whole URL, in memory of ours. */
static char *whole(CURLU *url)
{
	_cleanup_curl_text_ char *text = NULL;

	if (curl_url_get(url, CURLUPART_URL, &text, 0) != CURLUE_OK)
		return NULL;
	return strdup(text);
}

/* What libcurl forgives, or does not tell: "http:///host", and whether a path
 * was written: a site that wrote "/" means it. */
static const char *after_scheme(const char *endpoint)
{
	const char *rest = strstr(endpoint, "://");

	return rest ? rest + 3 : "";
}

static bool has_path(const char *endpoint)
{
	const char *rest = after_scheme(endpoint);

	return rest[strcspn(rest, "/?#")] == '/';
}

/* Strips url of its secrets and writes what is left. */
static char *masked(CURLU *url)
{
	bool user = has_part(url, CURLUPART_USER) ||
		    has_part(url, CURLUPART_PASSWORD);
	bool query = has_part(url, CURLUPART_QUERY);
	_cleanup_free_ char *text = NULL;
	const char *rest;
	char *name;

	curl_url_set(url, CURLUPART_USER, NULL, 0);
	curl_url_set(url, CURLUPART_PASSWORD, NULL, 0);
	curl_url_set(url, CURLUPART_QUERY, NULL, 0);
	text = whole(url);
	rest = text ? strstr(text, "://") : NULL;
	if (!rest)
		return NULL;
	rest += 3;
	if (asprintf(&name, "%.*s%s%s%s", (int)(rest - text), text,
		     user ? "***@" : "", rest, query ? "?***" : "") < 0)
		return NULL;
	return name;
}

int http_url_resolve(const char *endpoint, char **ret_url, char **ret_name,
		     struct err *err)
{
	_cleanup_url_ CURLU *parsed = curl_url();
	_cleanup_free_ char *url = NULL, *name = NULL;

	errno = EINVAL;
	if (strlen(endpoint) > ENDPOINT_MAX)
		return err_set(err, "the endpoint is longer than %d bytes",
			       ENDPOINT_MAX);
	if (!parsed || *after_scheme(endpoint) == '/' ||
	    curl_url_set(parsed, CURLUPART_URL, endpoint, 0) ||
	    !has_part(parsed, CURLUPART_HOST))
		return err_set(err, "the endpoint is not a valid http URL");
	curl_url_set(parsed, CURLUPART_FRAGMENT, NULL, 0);
	if (has_path(endpoint) ||
	    !curl_url_set(parsed, CURLUPART_PATH, TRACES_PATH, 0))
		url = whole(parsed);
	if (url)
		name = masked(parsed);
	if (!name)
		return err_set(err, "the endpoint is not a valid http URL");
	*ret_url = TAKE_PTR(url);
	*ret_name = TAKE_PTR(name);
	return 0;
}
