/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the endpoints that are URLs; see http_url.h. */
#include "config.h"

#include "otlp/http_url.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config/endpoint.h"
#include "util/cleanup.h"

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

/* Strips url of its secrets and writes what is left, under its own scheme; a
 * path that the scheme gives to every endpoint says nothing. */
static char *masked(CURLU *url, const struct endpoint_scheme *scheme)
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
	if (!scheme->path)
		curl_url_set(url, CURLUPART_PATH, "/", 0);
	text = whole(url);
	rest = text ? strstr(text, "://") : NULL;
	if (!rest)
		return NULL;
	rest += 3;
	if (asprintf(&name, "%s%s%s%s", scheme->prefix, user ? "***@" : "",
		     rest, query ? "?***" : "") < 0)
		return NULL;
	return name;
}

/* The endpoint under the scheme that libcurl knows. */
static CURLU *parse(const char *endpoint, const struct endpoint_scheme *scheme)
{
	_cleanup_url_ CURLU *url = curl_url();
	_cleanup_free_ char *text = NULL;

	if (!url || !scheme || !scheme->transport ||
	    *after_scheme(endpoint) == '/' ||
	    asprintf(&text, "%s%s", scheme->transport, after_scheme(endpoint)) <
		    0)
		return NULL;
	if (curl_url_set(url, CURLUPART_URL, text, 0) ||
	    !has_part(url, CURLUPART_HOST))
		return NULL;
	curl_url_set(url, CURLUPART_FRAGMENT, NULL, 0);
	return TAKE_PTR(url);
}

int http_url_resolve(const char *endpoint, const char *default_path,
		     char **ret_url, char **ret_name, struct err *err)
{
	const struct endpoint_scheme *scheme = endpoint_scheme(endpoint);
	_cleanup_free_ char *url = NULL, *name = NULL;
	_cleanup_url_ CURLU *parsed = NULL;

	errno = EINVAL;
	if (strlen(endpoint) > ENDPOINT_MAX)
		return err_set(err, "the endpoint is longer than %d bytes",
			       ENDPOINT_MAX);
	parsed = parse(endpoint, scheme);
	if (!parsed)
		return err_set(err, "the endpoint is not a valid URL");
	if (has_path(endpoint) ||
	    !curl_url_set(parsed, CURLUPART_PATH, default_path, 0))
		url = whole(parsed);
	if (url)
		name = masked(parsed, scheme);
	if (!name)
		return err_set(err, "the endpoint is not a valid URL");
	*ret_url = TAKE_PTR(url);
	*ret_name = TAKE_PTR(name);
	return 0;
}
