/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks, completes and masks endpoints; see endpoint.h. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* asprintf, memrchr */
#endif

#include "config/endpoint.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/private.h"

#define ENDPOINT_MAX 2048
#define STDOUT "stdout:"
#define MASK "********"

/* Without its leading slash; OTLP/HTTP's and Zipkin's own default. */
#define OTLP_PATH "v1/traces"
#define ZIPKIN_PATH "api/v2/spans"

static const struct endpoint_scheme schemes[] = {
	{ .prefix = "http://", .transport = "http://", .path = OTLP_PATH },
	{ .prefix = "https://", .transport = "https://", .path = OTLP_PATH },
	{ .prefix = "http+json://", .transport = "http://", .path = OTLP_PATH },
	{ .prefix = "https+json://",
	  .transport = "https://",
	  .path = OTLP_PATH },
	{ .prefix = "grpc://", .transport = "http://", .port = 4317 },
	{ .prefix = "grpcs://", .transport = "https://", .port = 4317 },
	{ .prefix = "zipkin://",
	  .transport = "http://",
	  .path = ZIPKIN_PATH,
	  .port = 9411 },
	{ .prefix = "zipkins://",
	  .transport = "https://",
	  .path = ZIPKIN_PATH,
	  .port = 9411 },
	{ .prefix = "file:" },
	{ .prefix = STDOUT },
};

/* What becomes of a URL's path. */
enum path_rule {
	PATH_DEFAULT, /* the scheme's where there is none */
	PATH_APPEND,  /* the scheme's after what there is */
	PATH_KEEP,    /* "/" where there is none */
};

/* An endpoint that is wrong may have its '@' anywhere, so everything before
 * the last one is left out. */
static int refuse(const char *text, const char *why, struct err *err)
{
	const char *at = strrchr(text, '@');
	char quote[CONFIG_QUOTE_SIZE];

	char shown[ENDPOINT_MAX + 1];

	/* the query may hold a token */
	snprintf(shown, sizeof(shown), "%s", at ? at : text);
	shown[strcspn(shown, "?")] = '\0';
	return err_set(err, "\"%s%s\" %s", at ? MASK : "",
		       value_quote(shown, quote), why);
}

const struct endpoint_scheme *endpoint_scheme(const char *text)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		size_t len = strlen(schemes[i].prefix);

		if (strnlen(text, len) == len &&
		    equal_nocase(text, len, schemes[i].prefix))
			return &schemes[i];
	}
	return NULL;
}

/* ":1" to ":65535", or nothing */
static bool port_valid(const char *text, const char *end)
{
	unsigned int port = 0;

	if (text == end)
		return true;
	if (*text++ != ':' || text == end || end - text > 5)
		return false;
	for (; text < end; text++) {
		if (*text < '0' || *text > '9')
			return false;
		port = port * 10 + (unsigned int)(*text - '0');
	}
	return port >= 1 && port <= 65535;
}

bool endpoint_authority_valid(const char *text, const char *end)
{
	const char *at = memrchr(text, '@', (size_t)(end - text));
	const char *host = at ? at + 1 : text;
	const char *p;

	if (host < end && *host == '[') {
		p = host + 1 + strspn(host + 1, "0123456789abcdefABCDEF:.%");
		return p > host + 1 && *p == ']' && port_valid(p + 1, end);
	}
	p = host + strspn(host, "0123456789abcdefghijklmnopqrstuvwxyz"
				"ABCDEFGHIJKLMNOPQRSTUVWXYZ.-_");
	return p > host && port_valid(p, end);
}

static const char *url_flaw(const char *rest)
{
	const char *p;

	for (p = rest; *p; p++)
		if (*p <= ' ' || *p >= 0x7f)
			return "holds a character that a URL can not; "
			       "percent-encode it";
	if (strchr(rest, '#'))
		return "holds a fragment (#), which has no meaning here";
	if (!endpoint_authority_valid(rest, rest + strcspn(rest, "/?")))
		return "has no valid host and port";
	return NULL;
}

/* Where the port of host would stand: behind the bracket of an IPv6 one. */
static bool has_port(const char *text, const char *end)
{
	const char *at = memrchr(text, '@', (size_t)(end - text));
	const char *host = at ? at + 1 : text;
	const char *bracket = memrchr(host, ']', (size_t)(end - host));

	host = bracket ? bracket : host;
	return memchr(host, ':', (size_t)(end - host));
}

/* What is written between the path that is there and the query. */
static const char *path_added(const struct endpoint_scheme *scheme,
			      enum path_rule rule, const char *path,
			      const char *query, char *ret, size_t size)
{
	const char *slash = "/";

	*ret = '\0';
	if (!scheme->path)
		return ret;
	if (rule == PATH_APPEND && query > path && query[-1] == '/')
		slash = "";
	if (rule == PATH_APPEND || path == query)
		snprintf(ret, size, "%s%s", slash,
			 rule == PATH_KEEP ? "" : scheme->path);
	return ret;
}

/* Schemes are written in lower case, for those who compare them. */
static int complete_url(const char *text, const struct endpoint_scheme *scheme,
			enum path_rule rule, char **ret, struct err *err)
{
	const char *rest = text + strlen(scheme->prefix);
	const char *flaw = url_flaw(rest);
	const char *path, *query;
	char added[sizeof("/" ZIPKIN_PATH)], port[sizeof(":65535")] = "";

	if (flaw)
		return refuse(text, flaw, err);
	path = rest + strcspn(rest, "/?");
	query = path + strcspn(path, "?");
	if (!scheme->path && *path && strcmp(path, "/"))
		return refuse(text,
			      "has a path or a query, which gRPC does not use",
			      err);
	path_added(scheme, rule, path, query, added, sizeof(added));
	if (scheme->port && !has_port(rest, path))
		snprintf(port, sizeof(port), ":%hu",
			 (unsigned short)scheme->port);
	if (asprintf(ret, "%s%.*s%s%.*s%s%s", scheme->prefix,
		     (int)(path - rest), rest, port,
		     scheme->path ? (int)(query - path) : 0, path, added,
		     query) < 0)
		return err_set(err, "out of memory");
	return 0;
}

static int complete_file(const char *text, const char *path, char **ret,
			 struct err *err)
{
	/* file:///x is the same file as file:/x; file://host/x is not ours */
	if (!strncmp(path, "///", 3))
		path += 2;
	if (*path != '/' || path[1] == '/')
		return refuse(text,
			      "does not name an absolute path; write "
			      "file:/PATH",
			      err);
	if (path[strlen(path) - 1] == '/')
		return refuse(text, "names a directory", err);
	if (asprintf(ret, "file:%s", path) < 0)
		return err_set(err, "out of memory");
	return 0;
}

static int complete_stdout(const char *text, const char *rest, char **ret,
			   struct err *err)
{
	if (*rest)
		return refuse(text, "has something after " STDOUT, err);
	*ret = strdup(STDOUT);
	return *ret ? 0 : err_set(err, "out of memory");
}

static int complete(const char *text, enum path_rule rule, char **ret_endpoint,
		    struct err *err)
{
	const struct endpoint_scheme *scheme = endpoint_scheme(text);
	char *endpoint = NULL;
	int rc;

	if (strlen(text) > ENDPOINT_MAX)
		return err_set(err, "an endpoint is longer than %d bytes",
			       ENDPOINT_MAX);
	if (!scheme)
		rc = refuse(text,
			    "is not supported; write SCHEME://HOST:PORT "
			    "with http, https, grpc, grpcs, http+json, "
			    "https+json, zipkin or zipkins, or file:/PATH "
			    "or stdout:",
			    err);
	else if (scheme->transport)
		rc = complete_url(text, scheme, rule, &endpoint, err);
	else if (!strcmp(scheme->prefix, STDOUT))
		rc = complete_stdout(text, text + strlen(STDOUT), &endpoint,
				     err);
	else
		rc = complete_file(text, text + strlen(scheme->prefix),
				   &endpoint, err);
	if (!rc)
		*ret_endpoint = endpoint;
	return rc;
}

int endpoint_complete(const char *text, char **ret_endpoint, struct err *err)
{
	return complete(text, PATH_DEFAULT, ret_endpoint, err);
}

int endpoint_from_base(const char *text, char **ret_endpoint, struct err *err)
{
	return complete(text, PATH_APPEND, ret_endpoint, err);
}

int endpoint_as_is(const char *text, char **ret_endpoint, struct err *err)
{
	return complete(text, PATH_KEEP, ret_endpoint, err);
}

/* Every "?query" up to the next endpoint becomes "?" and the mask. */
static void mask_queries(char *text, size_t size)
{
	const size_t masked = 1 + strlen(MASK);

	for (char *at = text; (at = strchr(at, '?')); at += masked) {
		const char *rest = at + strcspn(at, ",");
		size_t tail = strlen(rest) + 1;

		if ((size_t)(at - text) + masked + tail > size) {
			*at = '\0';
			return;
		}
		memmove(at + masked, rest, tail);
		memcpy(at + 1, MASK, masked - 1);
	}
}

void endpoint_mask(const char *text, char *ret, size_t size)
{
	size_t len = 0;

	if (size)
		*ret = '\0';
	while (*text && len < size) {
		const char *rest = strstr(text, "://");
		const char *end, *at;

		rest = rest ? rest + 3 : text + strlen(text);
		end = rest + strcspn(rest, "/?,");
		at = memrchr(rest, '@', (size_t)(end - rest));
		len += (size_t)snprintf(ret + len, size - len, "%.*s%s",
					(int)(rest - text), text,
					at ? MASK : "");
		text = at ? at : rest;
	}
	if (size)
		mask_queries(ret, size);
}
