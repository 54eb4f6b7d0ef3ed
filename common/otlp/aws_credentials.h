/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Credentials for AWS and the forms they come in: the file of AWS's tools, the
 * environment, the answer of aws_metadata.h's service.  Private to common/otlp.
 */
#ifndef OTEL_OTLP_AWS_CREDENTIALS_H
#define OTEL_OTLP_AWS_CREDENTIALS_H

#include <stddef.h>
#include <time.h>

#include "util/err.h"

/* Owned, secret; NULL: not there. */
struct aws_credentials {
	char *id, *secret;
	char *token; /* of temporary credentials */
};

/* Overwrites and frees what it holds. */
void aws_credentials_clear(struct aws_credentials *credentials);

/*
 * Replaces what *field points to by a copy of the len bytes of text, which must
 * be visible ASCII: they end up in a header.  Returns 0, or -1 with err, which
 * shows what alone.
 */
int aws_credentials_set(char **field, const char *text, size_t len,
			const char *what, struct err *err);

/*
 * Reads the section [default] of text ("AWS SDKs and Tools Reference Guide",
 * "Shared config and credentials files"): aws_access_key_id,
 * aws_secret_access_key, aws_session_token; lines that begin with # or ; are
 * comments, other keys and sections are skipped.  Returns 0 and *ret, or -1
 * with err, which quotes nothing of text.
 */
int aws_credentials_parse(const char *text, struct aws_credentials *ret,
			  struct err *err);

/*
 * Reads the JSON object that EC2's metadata service answers: AccessKeyId,
 * SecretAccessKey, Token, Expiration (*ret_expires).  Returns as
 * aws_credentials_parse.
 */
int aws_credentials_parse_json(const char *text, size_t len,
			       struct aws_credentials *ret, time_t *ret_expires,
			       struct err *err);

/* AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN.  Returns 1 and
 * *ret, 0 when the first two are not both set, or -1 with err. */
int aws_credentials_from_environment(struct aws_credentials *ret,
				     struct err *err);

#endif
