/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Posts batches over libcurl; see http_exporter.h.  Everything the receiver
 * says is bounded (http_reply.c) and judged by the protocol.
 */
#include "config.h"

#include "otlp/http_exporter.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "otlp/gzip.h"
#include "otlp/http_auth.h"
#include "otlp/http_curl.h"
#include "otlp/http_headers.h"
#include "otlp/http_reply.h"
#include "otlp/http_url.h"
#include "otlp/text_clean.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/clock.h"

/* A buffer that one big batch made larger than this is given back. */
#define BUFFER_KEPT (1024 * 1024)

struct http_exporter {
	struct exporter base;
	const struct http_protocol *protocol;
	CURL *curl;
	struct curl_slist *headers; /* secret */
	struct http_auth *auth;     /* NULL: none */
	char error[CURL_ERROR_SIZE];
	struct buf body, zipped; /* of the request */
	struct http_reply reply;
};

static struct http_exporter *of(struct exporter *exporter)
{
	return (struct http_exporter *)exporter;
}

/* ---- life -------------------------------------------------------------- */

void http_exporter_destroy(struct exporter *exporter)
{
	struct http_exporter *http = of(exporter);

	curl_easy_cleanup(http->curl);
	http_headers_destroy(http->headers);
	http_auth_destroy(http->auth);
	buf_free(&http->body);
	buf_free(&http->zipped);
	http_reply_free(&http->reply);
	free(http);
	curl_global_cleanup();
}

static int set_up(struct http_exporter *http, const char *endpoint,
		  const struct config *config, struct err *err)
{
	_cleanup_free_ char *url = NULL;

	http->curl = curl_easy_init();
	if (!http->curl) {
		errno = ENOMEM;
		return err_set(err, "libcurl can not be used");
	}
	if (http_url_resolve(endpoint, http->protocol->path, &url,
			     &http->base.name, err) < 0 ||
	    http_headers_create(http->protocol, config, &http->headers, err) <
		    0 ||
	    http_auth_create(config, url, http->curl, &http->auth, err) < 0 ||
	    http_curl_aim(http->curl, url, http->protocol->http2, config, err) <
		    0)
		return -1;
	http_curl_guard(http->curl, &http->base);
	http_reply_attach(&http->reply, http->curl);
	curl_easy_setopt(http->curl, CURLOPT_ERRORBUFFER, http->error);
	return 0;
}

struct exporter *http_exporter_create(const struct http_protocol *protocol,
				      const char *endpoint,
				      const struct config *config,
				      struct err *err)
{
	struct http_exporter *http = calloc(1, sizeof(*http));

	/* libcurl counts these, so every exporter may bring its own */
	if (!http || curl_global_init(CURL_GLOBAL_DEFAULT)) {
		free(http);
		errno = ENOMEM;
		err_set(err, "libcurl can not be used");
		return NULL;
	}
	http->protocol = protocol;
	if (set_up(http, endpoint, config, err) < 0) {
		int saved = errno;

		free(http->base.name);
		http_exporter_destroy(&http->base);
		errno = saved;
		return NULL;
	}
	return &http->base;
}

/* ---- one request ------------------------------------------------------- */

static int put_prefix(const struct http_protocol *protocol, struct buf *buf,
		      struct err *err)
{
	for (size_t i = 0; i < protocol->prefix; i++)
		buf_putc(buf, '\0');
	if (!buf->failed)
		return 0;
	errno = ENOMEM;
	return err_set(err, "no memory for a request");
}

/* Writes what goes on the wire, of which *ret is then the place. */
static int encode(struct http_exporter *http, const struct batch *batch,
		  const struct buf **ret, struct err *err)
{
	const struct http_protocol *protocol = http->protocol;
	bool compressed = http->base.config->compression != COMPRESSION_NONE;
	struct buf *wire = compressed ? &http->zipped : &http->body;

	buf_clear(&http->body);
	buf_clear(&http->zipped);
	if (put_prefix(protocol, wire, err) < 0 ||
	    protocol->write(batch, &http->body, err) < 0)
		return -1;
	if (compressed &&
	    gzip_compress(http->body.data, http->body.len, wire, err) < 0)
		return -1;
	if (protocol->seal)
		protocol->seal(wire->data, wire->len - protocol->prefix,
			       compressed);
	*ret = wire;
	return 0;
}

static void trim(struct buf *buf)
{
	if (buf->cap > BUFFER_KEPT)
		buf_free(buf);
}

/* Why a transfer ended before its end. */
static void describe(const struct http_exporter *http, CURLcode code, char *ret)
{
	const char *cause =
		*http->error ? http->error : curl_easy_strerror(code);

	text_clean(cause, strlen(cause), ret);
}

/* HTTP/1 in answer to HTTP/2, as libcurl sees it. */
static bool is_other_protocol(const struct http_exporter *http, CURLcode code)
{
	return http->protocol->http2 &&
	       (code == CURLE_GOT_NOTHING || code == CURLE_HTTP2 ||
		code == CURLE_UNSUPPORTED_PROTOCOL ||
		code == CURLE_WEIRD_SERVER_REPLY);
}

/* Credentials may have to be asked for, which takes of the same time. */
static int authenticate(struct http_exporter *http, struct err *err)
{
	uint64_t start = clock_monotonic_ms(),
		 allowed = exporter_time(&http->base);
	uint64_t spent;

	if (http_auth_prepare(http->auth, &http->base, http->curl,
			      http->headers, err) < 0)
		return -1;
	spent = clock_monotonic_ms() - start;
	curl_easy_setopt(http->curl, CURLOPT_TIMEOUT_MS,
			 (long)(spent < allowed ? allowed - spent : 1));
	return 0;
}

static void judge(struct http_exporter *http,
		  const struct http_response *response,
		  struct export_result *ret)
{
	http->protocol->judge(response, time(NULL), ret);
	if (ret->verdict == VERDICT_REJECT && !ret->divisible &&
	    http_auth_replaced(http->auth))
		ret->verdict = VERDICT_RETRY;
}

static void transfer(struct http_exporter *http, const struct buf *wire,
		     struct export_result *ret)
{
	struct http_response response;
	char cause[TEXT_CLEAN_SIZE];
	CURLcode code;

	http_reply_reset(&http->reply);
	http->error[0] = '\0';
	curl_easy_setopt(http->curl, CURLOPT_POSTFIELDS,
			 (const char *)wire->data);
	curl_easy_setopt(http->curl, CURLOPT_POSTFIELDSIZE_LARGE,
			 (curl_off_t)wire->len);
	code = curl_easy_perform(http->curl);
	describe(http, code, cause);
	/* Streams of HTTP/2 may end without their connection, and libcurl would
	 * go on with one at whose other end nobody is any more. */
	curl_easy_setopt(http->curl, CURLOPT_FRESH_CONNECT, code ? 1L : 0L);
	/* A status that was said stands, even when its body was cut off: a
	 * receiver that always cuts its refusals must not block the queue. */
	if (http_reply_response(&http->reply, &response)) {
		response.cut = code ? cause : NULL;
		judge(http, &response, ret);
		return;
	}
	export_result_set(ret, VERDICT_RETRY, "%s%s", cause,
			  is_other_protocol(http, code)
				  ? " (gRPC needs a receiver of HTTP/2)"
				  : "");
}

void http_exporter_send(struct exporter *exporter, const struct batch *batch,
			struct export_result *ret)
{
	struct http_exporter *http = of(exporter);
	const struct buf *wire = NULL;
	struct err err;

	if (encode(http, batch, &wire, &err) == 0) {
		if (authenticate(http, &err) == 0)
			transfer(http, wire, ret);
		else
			export_result_set(ret, VERDICT_RETRY, "%s", err.msg);
	} else {
		ret->divisible = errno == EMSGSIZE || errno == EBADMSG;
		export_result_set(
			ret, ret->divisible ? VERDICT_REJECT : VERDICT_RETRY,
			"%s", err.msg);
	}
	trim(&http->body);
	trim(&http->zipped);
}
