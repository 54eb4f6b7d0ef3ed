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
#define TRACES_PATH "v1/traces"
#define MASK "********"

/* What becomes of an http URL's path. */
enum path_rule {
	PATH_DEFAULT, /* /v1/traces where there is none */
	PATH_APPEND,  /* v1/traces after what there is */
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

static bool has_scheme(const char *text, const char *scheme)
{
	size_t len = strlen(scheme);

	return strnlen(text, len) == len && equal_nocase(text, len, scheme);
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

static bool authority_valid(const char *text, const char *end)
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
	if (!authority_valid(rest, rest + strcspn(rest, "/?")))
		return "has no valid host and port";
	return NULL;
}

/* Schemes are written in lower case, for those who compare them. */
static int complete_http(const char *text, const char *scheme,
			 enum path_rule rule, char **ret, struct err *err)
{
	const char *rest = text + strlen(scheme);
	const char *flaw = url_flaw(rest);
	const char *path, *query, *added = "";

	if (flaw)
		return refuse(text, flaw, err);
	path = rest + strcspn(rest, "/?");
	query = path + strcspn(path, "?");
	if (rule == PATH_APPEND)
		added = query > path && query[-1] == '/' ? TRACES_PATH
							 : "/" TRACES_PATH;
	else if (path == query)
		added = rule == PATH_DEFAULT ? "/" TRACES_PATH : "/";
	if (asprintf(ret, "%s%.*s%s%s", scheme, (int)(query - rest), rest,
		     added, query) < 0)
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
		return refuse(text, "has something after stdout:", err);
	*ret = strdup("stdout:");
	return *ret ? 0 : err_set(err, "out of memory");
}

static int complete(const char *text, enum path_rule rule, char **ret_endpoint,
		    struct err *err)
{
	char *endpoint = NULL;
	int rc;

	if (strlen(text) > ENDPOINT_MAX)
		return err_set(err, "an endpoint is longer than %d bytes",
			       ENDPOINT_MAX);
	if (has_scheme(text, "http://"))
		rc = complete_http(text, "http://", rule, &endpoint, err);
	else if (has_scheme(text, "https://"))
		rc = complete_http(text, "https://", rule, &endpoint, err);
	else if (has_scheme(text, "file:"))
		rc = complete_file(text, text + 5, &endpoint, err);
	else if (has_scheme(text, "stdout:"))
		rc = complete_stdout(text, text + 7, &endpoint, err);
	else
		rc = refuse(text,
			    "is not supported; write http://HOST:PORT, "
			    "https://HOST:PORT, file:/PATH or stdout:",
			    err);
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
