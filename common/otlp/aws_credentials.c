/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads AWS credentials; see aws_credentials.h. */
#include "config.h"

#include "otlp/aws_credentials.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/slice.h"

#define FIELD_MAX 8192
#define JSON_DEPTH 4

static void forget(char **text)
{
	if (*text)
		explicit_bzero(*text, strlen(*text));
	free(*text);
	*text = NULL;
}

void aws_credentials_clear(struct aws_credentials *credentials)
{
	forget(&credentials->id);
	forget(&credentials->secret);
	forget(&credentials->token);
}

static bool visible(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] <= ' ' || text[i] >= 0x7f)
			return false;
	return len && len <= FIELD_MAX;
}

int aws_credentials_set(char **field, const char *text, size_t len,
			const char *what, struct err *err)
{
	char *copy;

	errno = EINVAL;
	if (!visible(text, len))
		return err_set(err, "%s is not a word of visible characters",
			       what);
	copy = strndup(text, len);
	if (!copy)
		return err_set(err, "no memory for credentials");
	forget(field);
	*field = copy;
	return 0;
}

static bool is_word(struct slice s, const char *word)
{
	return s.len == strlen(word) && !strncasecmp(s.p, word, s.len);
}

/* "key = value" */
static int take_pair(struct slice line, struct aws_credentials *ret,
		     struct err *err)
{
	const struct {
		const char *key;
		char **field;
	} fields[] = {
		{ "aws_access_key_id", &ret->id },
		{ "aws_secret_access_key", &ret->secret },
		{ "aws_session_token", &ret->token },
	};
	struct slice value = line, key;

	if (!slice_split(&value, '=', &key) || !value.p)
		return 0;
	key = slice_trim(key);
	value = slice_trim(value);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (is_word(key, fields[i].key))
			return aws_credentials_set(fields[i].field, value.p,
						   value.len, fields[i].key,
						   err);
	return 0;
}

static int take_lines(const char *text, struct aws_credentials *ret,
		      struct err *err)
{
	struct slice rest = { text, strlen(text) }, line;
	bool ours = false;

	while (slice_split(&rest, '\n', &line)) {
		if (line.len && line.p[line.len - 1] == '\r')
			line.len--;
		line = slice_trim(line);
		if (!line.len || line.p[0] == '#' || line.p[0] == ';')
			continue;
		if (line.p[0] == '[')
			ours = is_word(line, "[default]");
		else if (ours && take_pair(line, ret, err) < 0)
			return -1;
	}
	return 0;
}

int aws_credentials_parse(const char *text, struct aws_credentials *ret,
			  struct err *err)
{
	struct aws_credentials found = { NULL, NULL, NULL };
	int rc = take_lines(text, &found, err);

	if (!rc && (!found.id || !found.secret)) {
		errno = EINVAL;
		rc = err_set(err, "no aws_access_key_id and "
				  "aws_secret_access_key under [default]");
	}
	if (rc < 0)
		aws_credentials_clear(&found);
	else
		*ret = found;
	return rc;
}

/* ---- the metadata service's form ---------------------------------------- */

static const char *member(json_object *root, const char *key)
{
	json_object *value = NULL;

	if (!json_object_object_get_ex(root, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return "";
	return json_object_get_string(value);
}

static int take_members(json_object *root, struct aws_credentials *ret,
			struct err *err)
{
	const struct {
		const char *key;
		char **field;
	} fields[] = {
		{ "AccessKeyId", &ret->id },
		{ "SecretAccessKey", &ret->secret },
		{ "Token", &ret->token },
	};
	int rc = 0;

	for (size_t i = 0; !rc && i < sizeof(fields) / sizeof(fields[0]); i++) {
		const char *value = member(root, fields[i].key);

		rc = aws_credentials_set(fields[i].field, value, strlen(value),
					 fields[i].key, err);
	}
	return rc;
}

static int take_object(json_object *root, struct aws_credentials *ret,
		       time_t *ret_expires, struct err *err)
{
	struct aws_credentials found = { NULL, NULL, NULL };
	struct tm when = { 0 };
	const char *end;

	errno = EBADMSG;
	if (!json_object_is_type(root, json_type_object))
		return err_set(err, "the credentials are no JSON object");
	end = strptime(member(root, "Expiration"), "%Y-%m-%dT%H:%M:%SZ", &when);
	if (!end || *end)
		return err_set(err, "the credentials have no Expiration");
	if (take_members(root, &found, err) < 0) {
		aws_credentials_clear(&found);
		return -1;
	}
	*ret = found;
	*ret_expires = timegm(&when);
	return 0;
}

int aws_credentials_parse_json(const char *text, size_t len,
			       struct aws_credentials *ret, time_t *ret_expires,
			       struct err *err)
{
	json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH);
	json_object *root =
		tokener ? json_tokener_parse_ex(tokener, text, (int)len) : NULL;
	int rc = take_object(root, ret, ret_expires, err);

	json_object_put(root);
	if (tokener)
		json_tokener_free(tokener);
	return rc;
}

int aws_credentials_from_environment(struct aws_credentials *ret,
				     struct err *err)
{
	struct aws_credentials found = { NULL, NULL, NULL };
	const struct {
		const char *name;
		char **field;
	} variables[] = {
		{ "AWS_ACCESS_KEY_ID", &found.id },
		{ "AWS_SECRET_ACCESS_KEY", &found.secret },
		{ "AWS_SESSION_TOKEN", &found.token },
	};
	int rc = 0;

	for (size_t i = 0; !rc && i < sizeof(variables) / sizeof(variables[0]);
	     i++) {
		const char *value = getenv(variables[i].name);

		if (value && *value)
			rc = aws_credentials_set(variables[i].field, value,
						 strlen(value),
						 variables[i].name, err);
	}
	if (!rc && found.id && found.secret) {
		*ret = found;
		return 1;
	}
	aws_credentials_clear(&found);
	return rc;
}
