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
#include <strings.h>
#include <sys/socket.h>

#include "otlp/curl_compat.h"
#include "otlp/gzip.h"
#include "otlp/http_auth.h"
#include "otlp/http_headers.h"
#include "otlp/http_reply.h"
#include "otlp/http_url.h"
#include "otlp/private_file.h"
#include "otlp/text_clean.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/clock.h"

#define USER_AGENT                                                             \
	"slurm-otel/" PACKAGE_VERSION " OTel-OTLP-Exporter-C/" PACKAGE_VERSION

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

/* ---- libcurl's options ------------------------------------------------ */

/* A helper program that the agent starts must not inherit the connection. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose,
				 struct curl_sockaddr *address)
{
	(void)arg;
	(void)purpose;
	return socket(address->family, address->socktype | SOCK_CLOEXEC,
		      address->protocol);
}

static int on_progress(void *arg, curl_off_t dltotal, curl_off_t dlnow,
		       curl_off_t ultotal, curl_off_t ulnow)
{
	struct exporter *exporter = arg;

	(void)dltotal;
	(void)dlnow;
	(void)ultotal;
	(void)ulnow;
	return exporter->give_up && exporter->give_up(exporter->give_up_arg);
}

static int set_tls(CURL *curl, const struct config *config, struct err *err)
{
	const struct {
		CURLoption option;
		const char *path, *key;
		mode_t forbidden;
	} files[] = {
		{ CURLOPT_CAINFO, config->ca_file, "CAFile", 0 },
		{ CURLOPT_SSLCERT, config->cert_file, "CertFile", 0 },
		/* a group of those who may read keys is common */
		{ CURLOPT_SSLKEY, config->key_file, "KeyFile", 037 },
	};

	curl_easy_setopt(curl, CURLOPT_SSLVERSION,
			 (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER,
			 config->tls_verify ? 1L : 0L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST,
			 config->tls_verify ? 2L : 0L);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		_cleanup_close_ int fd = -1;

		if (!files[i].path)
			continue;
		fd = private_file_open(files[i].path, files[i].forbidden,
				       files[i].key, err);
		if (fd < 0)
			return -1;
		curl_easy_setopt(curl, files[i].option, files[i].path);
	}
	return 0;
}

/* HTTP/2 only where the protocol needs it: over TLS libcurl asks for it by
 * ALPN, without TLS there is nobody to ask. */
static long http_version(const struct http_protocol *protocol, const char *url)
{
	if (!protocol->http2)
		return CURL_HTTP_VERSION_1_1;
	return strncasecmp(url, "https:", 6)
		       ? CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE
		       : CURL_HTTP_VERSION_2TLS;
}

/* Not from the environment, which slurmd inherited from anywhere: "" is none.
 */
static void set_proxy(struct http_exporter *http, const struct config *config)
{
	CURL *curl = http->curl;

	curl_easy_setopt(curl, CURLOPT_PROXY,
			 config->proxy ? config->proxy : "");
	curl_easy_setopt(curl, CURLOPT_NOPROXY,
			 config->no_proxy ? config->no_proxy : "");
	/* HTTP/2 without TLS passes through a tunnel only */
	curl_easy_setopt(curl, CURLOPT_HTTPPROXYTUNNEL,
			 http->protocol->http2 ? 1L : 0L);
	/* "200" of a proxy is not the receiver's */
	curl_easy_setopt(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

/*
 * libcurl 7.88.0 and 7.88.1 (Debian 12) fail on every second request over one
 * connection that they knew to be HTTP/2 beforehand (its pull request 10643),
 * so there each request has a connection of its own.  TLS is not concerned.
 */
static bool can_reuse(long version)
{
	unsigned int curl = curl_version_info(CURLVERSION_NOW)->version_num;

	return version != CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE ||
	       curl < 0x075800 || curl > 0x075801;
}

static void set_transfer(struct http_exporter *http, const char *url,
			 uint64_t timeout_ms)
{
	CURL *curl = http->curl;
	long version = http_version(http->protocol, url);

	compat_curl_http_only(curl);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_POST, 1L);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, USER_AGENT);
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, version);
	curl_easy_setopt(curl, CURLOPT_FORBID_REUSE,
			 can_reuse(version) ? 0L : 1L);
	/* a redirect would carry the secret headers elsewhere */
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)timeout_ms);
	curl_easy_setopt(curl, CURLOPT_MAXCONNECTS, 1L);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, http->error);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &http->base);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	http_reply_attach(&http->reply, curl);
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

static int check_libcurl(const struct http_protocol *protocol, struct err *err)
{
	const curl_version_info_data *curl = curl_version_info(CURLVERSION_NOW);

	if (!protocol->http2 || curl->features & CURL_VERSION_HTTP2)
		return 0;
	errno = EPROTONOSUPPORT;
	return err_set(
		err,
		"the libcurl of this host (%s) has no HTTP/2, which gRPC "
		"needs; use http:// or https:// (OTLP over HTTP)",
		curl->version);
}

static int set_up(struct http_exporter *http, const char *endpoint,
		  const struct config *config, struct err *err)
{
	_cleanup_free_ char *url = NULL;

	if (check_libcurl(http->protocol, err) < 0)
		return -1;
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
	    set_tls(http->curl, config, err) < 0)
		return -1;
	set_proxy(http, config);
	set_transfer(http, url, config->timeout);
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

static uint64_t time_allowed(const struct http_exporter *http)
{
	uint64_t timeout = http->base.config->timeout;

	return http->base.limit_ms && http->base.limit_ms < timeout
		       ? http->base.limit_ms
		       : timeout;
}

/* Credentials may have to be asked for, which takes of the same time. */
static int authenticate(struct http_exporter *http, struct err *err)
{
	uint64_t start = clock_monotonic_ms(), allowed = time_allowed(http);
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
