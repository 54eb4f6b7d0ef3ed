/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks EC2's metadata service; see aws_metadata.h. */
#include "config.h"

#include "otlp/aws_metadata.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "otlp/http_curl.h"
#include "util/buf.h"
#include "util/cleanup.h"

#define BASE_URL "http://169.254.169.254"
#define ROLES "/latest/meta-data/iam/security-credentials/"
#define TOKEN_TTL "X-aws-ec2-metadata-token-ttl-seconds: 300"
#define BODY_MAX 16384
#define REFRESH_BEFORE 300 /* seconds before they expire */
#define REFRESH_PAUSE 60   /* between attempts while the old ones are good */
#define REQUESTS 3         /* of one refresh */

struct aws_metadata {
	char *base;
	struct aws_credentials credentials;
	time_t expires, next_try;
};

/* One refresh. */
struct inquiry {
	CURL *curl;
	const struct exporter *exporter;
	const char *base;
	struct buf body; /* of the answer; NUL-terminated */
	struct buf token;
};

struct aws_metadata *aws_metadata_create(struct err *err)
{
	const char *off = getenv("AWS_EC2_METADATA_DISABLED");
	const char *base = getenv("AWS_EC2_METADATA_SERVICE_ENDPOINT");
	struct aws_metadata *metadata;

	if (off && !strcasecmp(off, "true")) {
		errno = ENOENT;
		err_set(err, "Auth: there are no AWS credentials: no "
			     "CredentialsFile, none in the environment, and "
			     "AWS_EC2_METADATA_DISABLED is true");
		return NULL;
	}
	metadata = calloc(1, sizeof(*metadata));
	if (metadata)
		metadata->base = strdup(base && *base ? base : BASE_URL);
	if (!metadata || !metadata->base) {
		aws_metadata_destroy(metadata);
		errno = ENOMEM;
		err_set(err, "no memory for credentials");
		return NULL;
	}
	/* "http://host/" and "http://host" are the same place */
	for (size_t n = strlen(metadata->base);
	     n && metadata->base[n - 1] == '/'; n--)
		metadata->base[n - 1] = '\0';
	return metadata;
}

void aws_metadata_destroy(struct aws_metadata *metadata)
{
	int saved = errno;

	if (!metadata)
		return;
	aws_credentials_clear(&metadata->credentials);
	free(metadata->base);
	free(metadata);
	errno = saved;
}

void aws_metadata_forget(struct aws_metadata *metadata)
{
	aws_credentials_clear(&metadata->credentials);
}

/* ---- one request -------------------------------------------------------- */

static size_t on_body(char *data, size_t size, size_t n, void *arg)
{
	struct inquiry *inquiry = arg;

	if (inquiry->body.len + size * n > BODY_MAX)
		return 0; /* ends the transfer */
	buf_append(&inquiry->body, data, size * n);
	return size * n;
}

static void set_up(struct inquiry *inquiry)
{
	long timeout =
		(long)(exporter_time(inquiry->exporter) / (2 * REQUESTS));
	CURL *curl = inquiry->curl;

	http_curl_guard(curl, inquiry->exporter);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, timeout ? timeout : 1L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, inquiry);
}

/* Leaves the answer in body. */
static int ask(struct inquiry *inquiry, const char *method, const char *path,
	       const char *header, struct err *err)
{
	struct curl_slist *headers = curl_slist_append(NULL, header);
	_cleanup_free_ char *url = NULL;
	long status = 0;
	CURLcode code;

	if (!headers || asprintf(&url, "%s%s", inquiry->base, path) < 0) {
		curl_slist_free_all(headers);
		errno = ENOMEM;
		return err_set(err, "no memory for credentials");
	}
	if (inquiry->body.data)
		explicit_bzero(inquiry->body.data, inquiry->body.len);
	buf_clear(&inquiry->body);
	curl_easy_setopt(inquiry->curl, CURLOPT_URL, url);
	curl_easy_setopt(inquiry->curl, CURLOPT_CUSTOMREQUEST, method);
	curl_easy_setopt(inquiry->curl, CURLOPT_HTTPHEADER, headers);
	code = curl_easy_perform(inquiry->curl);
	curl_easy_getinfo(inquiry->curl, CURLINFO_RESPONSE_CODE, &status);
	explicit_bzero(headers->data, strlen(headers->data));
	curl_slist_free_all(headers);
	buf_putc(&inquiry->body, '\0');
	errno = EIO;
	if (code != CURLE_OK)
		return err_set(err, "EC2 instance metadata: %s",
			       curl_easy_strerror(code));
	if (status != 200)
		return err_set(err, "EC2 instance metadata: HTTP %ld", status);
	return inquiry->body.failed ? err_set(err, "no memory for credentials")
				    : 0;
}

/* ---- the answers -------------------------------------------------------- */

/* What goes into a header or a path must be one word of plain characters. */
static bool is_word(const char *text, size_t max)
{
	size_t len = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "abcdefghijklmnopqrstuvwxyz"
				  "0123456789+=,.@_-/");

	return len && len <= max && !text[len];
}

static int get_token(struct inquiry *inquiry, struct err *err)
{
	const char *text;

	if (ask(inquiry, "PUT", "/latest/api/token", TOKEN_TTL, err) < 0)
		return -1;
	text = (const char *)inquiry->body.data;
	errno = EBADMSG;
	if (!is_word(text, 4096))
		return err_set(err, "EC2 instance metadata: the token is none");
	buf_printf(&inquiry->token, "X-aws-ec2-metadata-token: %s", text);
	buf_putc(&inquiry->token, '\0');
	return inquiry->token.failed ? err_set(err, "no memory for credentials")
				     : 0;
}

static int get_role(struct inquiry *inquiry, struct err *err)
{
	const char *token = (const char *)inquiry->token.data;
	_cleanup_free_ char *path = NULL;
	char *role;

	if (ask(inquiry, "GET", ROLES, token, err) < 0)
		return -1;
	role = (char *)inquiry->body.data;
	role[strcspn(role, "\r\n")] = '\0';
	errno = EBADMSG;
	if (!is_word(role, 128) || strchr(role, '/'))
		return err_set(
			err, "EC2 instance metadata: the instance has no role");
	if (asprintf(&path, ROLES "%s", role) < 0)
		return err_set(err, "no memory for credentials");
	return ask(inquiry, "GET", path, token, err);
}

static int take_answer(const struct buf *body, struct aws_metadata *metadata,
		       struct err *err)
{
	struct aws_credentials found;
	struct err cause;
	time_t expires;

	if (aws_credentials_parse_json((const char *)body->data, body->len - 1,
				       &found, &expires, &cause) < 0)
		return err_set(err, "EC2 instance metadata: %s", cause.msg);
	aws_credentials_clear(&metadata->credentials);
	metadata->credentials = found;
	metadata->expires = expires;
	return 0;
}

static void wipe(struct buf *buf)
{
	if (buf->data)
		explicit_bzero(buf->data, buf->cap);
	buf_free(buf);
}

static int refresh(struct aws_metadata *metadata,
		   const struct exporter *exporter, struct err *err)
{
	struct inquiry inquiry = { .curl = curl_easy_init(),
				   .exporter = exporter,
				   .base = metadata->base,
				   .body = BUF_INIT,
				   .token = BUF_INIT };
	int rc;

	/* at its full size: one that grew would leave secrets behind */
	if (!inquiry.curl || buf_reserve(&inquiry.body, BODY_MAX + 1) < 0) {
		curl_easy_cleanup(inquiry.curl);
		errno = ENOMEM;
		return err_set(err, "no memory for credentials");
	}
	set_up(&inquiry);
	rc = get_token(&inquiry, err);
	if (!rc)
		rc = get_role(&inquiry, err);
	if (!rc)
		rc = take_answer(&inquiry.body, metadata, err);
	curl_easy_cleanup(inquiry.curl);
	wipe(&inquiry.body);
	wipe(&inquiry.token);
	return rc;
}

int aws_metadata_get(struct aws_metadata *metadata,
		     const struct exporter *exporter,
		     const struct aws_credentials **ret, struct err *err)
{
	time_t now = time(NULL);
	bool good = metadata->credentials.id && now < metadata->expires;
	int rc = 0;

	if (!good || (now >= metadata->expires - REFRESH_BEFORE &&
		      now >= metadata->next_try)) {
		metadata->next_try = now + REFRESH_PAUSE;
		rc = refresh(metadata, exporter, err);
		if (rc < 0 && !good)
			return -1;
		rc = rc == 0;
	}
	*ret = &metadata->credentials;
	return rc;
}
