/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes the request headers; see http_headers.h. */
#include "config.h"

#include "otlp/http_headers.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config/auth.h"
#include "otlp/private_file.h"
#include "util/cleanup.h"

#define HEADERS_FILE_MAX 65536
#define HEADERS_MAX 64
#define HEADER_LEN_MAX 16384

/* Ours or libcurl's to say: another value would break the request, or get an
 * answer that nobody here can read.  HTTP/2 forbids some of them (RFC 9113,
 * section 8.2.2). */
static const char *const reserved[] = {
	"content-type",    "content-encoding",
	"content-length",  "host",
	"connection",      "transfer-encoding",
	"expect",          "te",
	"trailer",         "upgrade",
	"keep-alive",      "proxy-connection",
	"accept-encoding", "grpc-timeout",
	"grpc-encoding",   "grpc-accept-encoding",
};

struct header_list {
	struct curl_slist *first;
	size_t n;
	bool auth; /* Auth is set */
};

static int append(struct header_list *list, const char *line, struct err *err)
{
	struct curl_slist *longer;

	if (++list->n > HEADERS_MAX) {
		errno = E2BIG;
		return err_set(err, "more than %d headers", HEADERS_MAX);
	}
	longer = curl_slist_append(list->first, line);
	if (!longer) {
		errno = ENOMEM;
		return err_set(err, "no memory for headers");
	}
	list->first = longer;
	return 0;
}

/* RFC 9110, section 5.6.2: the characters of a field name. */
static size_t token_length(const char *text)
{
	return strspn(text, "!#$%&'*+-.^_`|~0123456789"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "abcdefghijklmnopqrstuvwxyz");
}

static bool is_reserved(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (!strncasecmp(name, reserved[i], len) && !reserved[i][len])
			return true;
	return false;
}

/* Auth says these itself; a request has one authentication. */
static bool is_auth(const char *name, size_t len)
{
	static const char *const names[] = { "authorization",
					     "x-amz-security-token",
					     "x-amz-date" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strncasecmp(name, names[i], len) && !names[i][len])
			return true;
	return false;
}

/* A line break in a value would be a header of its own. */
static bool value_valid(const char *value)
{
	for (; *value; value++)
		if (((unsigned char)*value < ' ' && *value != '\t') ||
		    *value == 0x7f)
			return false;
	return true;
}

static const char *skip_blanks(const char *text)
{
	return text + strspn(text, " \t");
}

/* text: "name=value" or "name: value". */
static int append_pair(struct header_list *list, const char *text,
		       const char *what, struct err *err)
{
	size_t name = token_length(text);
	const char *divider = skip_blanks(text + name), *value;
	_cleanup_free_ char *line = NULL;
	int rc;

	errno = EINVAL;
	if (!name || (*divider != '=' && *divider != ':'))
		return err_set(err, "%s: a header is name=value", what);
	if (strlen(text) > HEADER_LEN_MAX)
		return err_set(err, "%s: the value of header %.*s is too long",
			       what, (int)(name < 64 ? name : 64), text);
	if (list->auth && is_auth(text, name))
		return err_set(err, "%s: header %.*s can not be set with Auth",
			       what, (int)name, text);
	if (is_reserved(text, name))
		return err_set(err, "%s: header %.*s can not be set", what,
			       (int)name, text);
	value = skip_blanks(divider + 1);
	if (!value_valid(value))
		return err_set(
			err,
			"%s: control character in the value of header %.*s",
			what, (int)(name < 64 ? name : 64), text);
	/* libcurl wants "name;" for an empty value */
	if (asprintf(&line, *value ? "%.*s: %s" : "%.*s;%s", (int)name, text,
		     value) < 0)
		return err_set(err, "no memory for headers");
	rc = append(list, line, err);
	explicit_bzero(line, strlen(line));
	return rc;
}

static int append_file(struct header_list *list, const char *path,
		       struct err *err)
{
	_cleanup_buf_ struct buf text = BUF_INIT;
	char *next, *line;
	int rc = 0;

	if (private_file_read(path, HEADERS_FILE_MAX, "HeadersFile", &text,
			      err) < 0)
		return -1;
	next = (char *)text.data;
	while (rc == 0 && (line = strsep(&next, "\n"))) {
		line[strcspn(line, "\r")] = '\0';
		line = (char *)skip_blanks(line);
		if (*line && *line != '#')
			rc = append_pair(list, line, "HeadersFile", err);
	}
	explicit_bzero(text.data, text.len);
	return rc;
}

/* What belongs to the protocol. */
static int append_own(struct header_list *list,
		      const struct http_protocol *protocol,
		      const struct config *config, struct err *err)
{
	char line[64];

	if (append(list, protocol->type, err) < 0)
		return -1;
	/* No 100-continue: it costs a round trip.  But libcurl before 8.3 signs
	 * this line, which is never sent (its issue 11664). */
	if (!auth_sigv4_scope(config) && append(list, "Expect:", err) < 0)
		return -1;
	if (config->compression == COMPRESSION_GZIP &&
	    append(list, protocol->gzipped, err) < 0)
		return -1;
	for (size_t i = 0; protocol->headers && protocol->headers[i]; i++)
		if (append(list, protocol->headers[i], err) < 0)
			return -1;
	if (!protocol->timeout_header)
		return 0;
	protocol->timeout_header(config, line, sizeof(line));
	return append(list, line, err);
}

static int fill(struct header_list *list, const struct http_protocol *protocol,
		const struct config *config, struct err *err)
{
	if (append_own(list, protocol, config, err) < 0)
		return -1;
	for (size_t i = 0; config->headers && config->headers[i]; i++)
		if (append_pair(list, config->headers[i], "Headers", err) < 0)
			return -1;
	return config->headers_file
		       ? append_file(list, config->headers_file, err)
		       : 0;
}

int http_headers_create(const struct http_protocol *protocol,
			const struct config *config, struct curl_slist **ret,
			struct err *err)
{
	struct header_list list = { NULL, 0, config->auth };

	if (fill(&list, protocol, config, err) < 0) {
		http_headers_destroy(list.first);
		return -1;
	}
	*ret = list.first;
	return 0;
}

void http_headers_destroy(struct curl_slist *headers)
{
	for (struct curl_slist *h = headers; h; h = h->next)
		explicit_bzero(h->data, strlen(h->data));
	curl_slist_free_all(headers);
}
