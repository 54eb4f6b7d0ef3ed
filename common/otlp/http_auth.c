/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Authenticates requests; see http_auth.h. */
#include "config.h"

#include "otlp/http_auth.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/auth.h"
#include "otlp/aws_credentials.h"
#include "otlp/aws_metadata.h"
#include "otlp/curl_compat.h"
#include "otlp/secret_file.h"
#include "util/cleanup.h"

#define SECRET_MAX 16384

struct http_auth {
	/* Brings header, or curl's options, up to date. */
	int (*refresh)(struct http_auth *auth, const struct exporter *exporter,
		       CURL *curl, struct err *err);
	struct secret_file file; /* path NULL: there is none */
	struct aws_metadata *metadata;
	char *header;           /* secret; NULL: none */
	struct curl_slist node; /* which holds header */
};

static void set_header(struct http_auth *auth, char *header)
{
	if (auth->header)
		explicit_bzero(auth->header, strlen(auth->header));
	free(auth->header);
	auth->header = header;
}

static int make_header(struct http_auth *auth, const char *before_value,
		       const char *value, struct err *err)
{
	char *header;

	if (asprintf(&header, "%s%s", before_value, value) < 0) {
		set_header(auth, NULL);
		errno = ENOMEM;
		return err_set(err, "no memory for headers");
	}
	set_header(auth, header);
	return 0;
}

/* ---- bearer ------------------------------------------------------------- */

/* Cuts the ends of lines.  RFC 6750, section 2.1, allows less than what is
 * left; but that is the receiver's to judge.  len is without the NUL at the
 * end: one inside would hide what stands behind it. */
static bool trim_token(char *token, size_t len)
{
	while (len && (token[len - 1] == '\n' || token[len - 1] == '\r'))
		token[--len] = '\0';
	for (size_t i = 0; i < len; i++)
		if (token[i] <= ' ' || token[i] >= 0x7f)
			return false;
	return len;
}

static int refresh_bearer(struct http_auth *auth,
			  const struct exporter *exporter, CURL *curl,
			  struct err *err)
{
	int rc = secret_file_refresh(&auth->file, err);
	char *token = (char *)auth->file.text.data;

	(void)exporter;
	(void)curl;
	if (rc <= 0)
		return rc;
	if (trim_token(token, auth->file.text.len - 1))
		return make_header(auth, "Authorization: Bearer ", token, err);
	errno = EINVAL;
	return err_set(err, "Auth %s does not hold one line with a token",
		       auth->file.path);
}

/* ---- SigV4 -------------------------------------------------------------- */

static int use_credentials(struct http_auth *auth, CURL *curl,
			   const struct aws_credentials *credentials,
			   struct err *err)
{
	set_header(auth, NULL);
	if (curl_easy_setopt(curl, CURLOPT_USERNAME, credentials->id) ||
	    curl_easy_setopt(curl, CURLOPT_PASSWORD, credentials->secret)) {
		errno = ENOMEM;
		return err_set(err, "no memory for credentials");
	}
	if (!credentials->token)
		return 0;
	return make_header(auth, "X-Amz-Security-Token: ", credentials->token,
			   err);
}

static int refresh_file(struct http_auth *auth, const struct exporter *exporter,
			CURL *curl, struct err *err)
{
	struct aws_credentials credentials = { NULL, NULL, NULL };
	int rc = secret_file_refresh(&auth->file, err);
	struct err cause;

	(void)exporter;
	if (rc <= 0)
		return rc;
	if (aws_credentials_parse((const char *)auth->file.text.data,
				  &credentials, &cause) < 0)
		return err_set(err, "CredentialsFile %s: %s", auth->file.path,
			       cause.msg);
	rc = use_credentials(auth, curl, &credentials, err);
	aws_credentials_clear(&credentials);
	return rc;
}

static int refresh_metadata(struct http_auth *auth,
			    const struct exporter *exporter, CURL *curl,
			    struct err *err)
{
	const struct aws_credentials *credentials;
	int rc = aws_metadata_get(auth->metadata, exporter, &credentials, err);

	return rc <= 0 ? rc : use_credentials(auth, curl, credentials, err);
}

/* The environment of a process does not change. */
static int refresh_nothing(struct http_auth *auth,
			   const struct exporter *exporter, CURL *curl,
			   struct err *err)
{
	(void)auth;
	(void)exporter;
	(void)curl;
	(void)err;
	return 0;
}

/* What otel.conf names comes before what a daemon was started with. */
static int find_credentials(struct http_auth *auth, const struct config *config,
			    CURL *curl, struct err *err)
{
	struct aws_credentials found = { NULL, NULL, NULL };
	int rc;

	if (config->credentials_file) {
		auth->file.path = config->credentials_file;
		auth->file.key = "CredentialsFile";
		auth->refresh = refresh_file;
		return 0;
	}
	rc = aws_credentials_from_environment(&found, err);
	if (rc > 0) {
		auth->refresh = refresh_nothing;
		rc = use_credentials(auth, curl, &found, err);
		aws_credentials_clear(&found);
		return rc;
	}
	if (rc < 0)
		return -1;
	auth->refresh = refresh_metadata;
	auth->metadata = aws_metadata_create(err);
	return auth->metadata ? 0 : -1;
}

/* scope: "REGION/SERVICE", as the configuration checked. */
static int set_up_sigv4(struct http_auth *auth, const char *scope,
			const struct config *config, CURL *curl,
			struct err *err)
{
	int region = (int)strcspn(scope, "/");
	_cleanup_free_ char *text = NULL;

	errno = ENOMEM;
	if (asprintf(&text, "aws:amz:%.*s:%s", region, scope,
		     scope + region + 1) < 0)
		return err_set(err, "no memory for credentials");
	errno = ENOTSUP;
	if (compat_curl_sigv4(curl, text))
		return err_set(err,
			       "Auth=sigv4 is not supported: libcurl %s "
			       "can not sign; 7.75 and later can",
			       curl_version_info(CURLVERSION_NOW)->version);
	return find_credentials(auth, config, curl, err);
}

/* ---- life --------------------------------------------------------------- */

static bool has_user(const char *url)
{
	const char *host = strstr(url, "://");
	const char *at;

	host = host ? host + 3 : url;
	at = strchr(host, '@');
	return at && at < host + strcspn(host, "/?#");
}

static int set_up(struct http_auth *auth, const struct config *config,
		  const char *url, CURL *curl, struct err *err)
{
	const char *file = auth_bearer_file(config);
	const char *scope = auth_sigv4_scope(config);

	errno = EINVAL;
	if (has_user(url))
		return err_set(err, "Auth is set, and the endpoint has a user "
				    "of its own; only one of them can be sent");
	auth->file.max = SECRET_MAX;
	if (scope)
		return set_up_sigv4(auth, scope, config, curl, err);
	if (!file)
		return err_set(err, "Auth is neither bearer nor sigv4");
	auth->file.path = file;
	auth->file.key = "Auth";
	auth->refresh = refresh_bearer;
	return 0;
}

int http_auth_create(const struct config *config, const char *url, CURL *curl,
		     struct http_auth **ret, struct err *err)
{
	struct http_auth *auth;

	if (!config->auth) {
		*ret = NULL;
		return 0;
	}
	auth = calloc(1, sizeof(*auth));
	if (!auth)
		return err_set(err, "no memory for Auth");
	if (set_up(auth, config, url, curl, err) < 0) {
		http_auth_destroy(auth);
		return -1;
	}
	*ret = auth;
	return 0;
}

void http_auth_destroy(struct http_auth *auth)
{
	int saved = errno;

	if (!auth)
		return;
	secret_file_forget(&auth->file);
	aws_metadata_destroy(auth->metadata);
	set_header(auth, NULL);
	free(auth);
	errno = saved;
}

int http_auth_prepare(struct http_auth *auth, const struct exporter *exporter,
		      CURL *curl, struct curl_slist *headers, struct err *err)
{
	struct curl_slist *first = headers;

	if (auth && auth->refresh(auth, exporter, curl, err) < 0) {
		/* nothing of it is half used: the next call starts anew */
		secret_file_forget(&auth->file);
		if (auth->metadata)
			aws_metadata_forget(auth->metadata);
		set_header(auth, NULL);
		curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
		return -1;
	}
	if (auth && auth->header) {
		auth->node.data = auth->header;
		auth->node.next = headers;
		first = &auth->node;
	}
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, first);
	return 0;
}

bool http_auth_replaced(const struct http_auth *auth)
{
	return auth && auth->file.path && secret_file_changed(&auth->file);
}
