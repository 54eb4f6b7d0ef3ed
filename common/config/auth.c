/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parsers and printers of the keys that say how requests get past what guards
 * a receiver: Auth, Proxy and NoProxy.
 */
#include "config/auth.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "config/endpoint.h"
#include "config/private.h"

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
#define HEX DIGITS "abcdefABCDEF"

#define PROXY_MAX 2048

#define BEARER "bearer:"
#define SIGV4 "sigv4:"

static void put(const struct config_key *key, const struct config *config,
		FILE *out)
{
	char *const *place = value_place_const(key, config);

	if (*place)
		fputs(*place, out);
}

/* Takes text; "" leaves none. */
static int replace(const struct config_key *key, char *text,
		   struct config *config, struct err *err)
{
	char **place = value_place(key, config);

	if (!text)
		return err_set(err, "out of memory");
	secret_free(*place);
	*place = NULL;
	if (*text)
		*place = text;
	else
		free(text);
	return 0;
}

/* ---- Auth --------------------------------------------------------------- */

/* Where the words of kind begin; NULL when text is of another kind. */
static const char *after(const char *text, const char *kind)
{
	size_t len = strlen(kind);

	return strnlen(text, len) == len && equal_nocase(text, len, kind)
		       ? text + len
		       : NULL;
}

const char *auth_bearer_file(const struct config *config)
{
	return config->auth ? after(config->auth, BEARER) : NULL;
}

const char *auth_sigv4_scope(const struct config *config)
{
	return config->auth ? after(config->auth, SIGV4) : NULL;
}

/* AWS's names of regions and services: "eu-central-1/xray". */
static bool scope_valid(const char *text)
{
	const char *slash = strchr(text, '/');
	size_t region = strspn(text, LOWER DIGITS "-");

	return region && slash == text + region && slash[1] &&
	       !slash[1 + strspn(slash + 1, LOWER DIGITS "-")] &&
	       strlen(text) <= 128;
}

/* The kind is written in lower case, for those who compare it. */
int value_parse_auth(const struct config_key *key, const char *text,
		     struct config *config, struct err *err)
{
	const char *file = after(text, BEARER);
	const char *scope = after(text, SIGV4);
	char *copy = NULL;

	if (file && (*file != '/' || strlen(file) >= PATH_MAX))
		return err_set(err,
			       "bearer: is not followed by an absolute path");
	if (scope && !scope_valid(scope))
		return err_set(err, "sigv4: is not followed by "
				    "REGION/SERVICE, such as "
				    "eu-central-1/xray");
	/* not shown: it may be the token itself */
	if (*text && !file && !scope)
		return err_set(err, "is neither bearer:FILE nor "
				    "sigv4:REGION/SERVICE");
	if (asprintf(&copy, "%s%s",
		     file    ? BEARER
		     : scope ? SIGV4
			     : "",
		     file    ? file
		     : scope ? scope
			     : "") < 0)
		copy = NULL;
	return replace(key, copy, config, err);
}

void value_print_auth(const struct config_key *key, const struct config *config,
		      FILE *out)
{
	put(key, config, out);
}

/* ---- Proxy -------------------------------------------------------------- */

static const char *after_proxy_scheme(const char *text)
{
	static const char *const schemes[] = { "http://",   "https://",
					       "socks4://", "socks4a://",
					       "socks5://", "socks5h://" };
	const char *rest = NULL;

	for (size_t i = 0; !rest && i < sizeof(schemes) / sizeof(schemes[0]);
	     i++)
		rest = after(text, schemes[i]);
	return rest;
}

/* A '%' that does not begin the code of a character, or begins that of one for
 * which no password is meant. */
static bool well_encoded(const char *text, const char *end)
{
	for (; text < end; text++) {
		if (*text <= ' ' || *text >= 0x7f)
			return false;
		if (*text == '%' &&
		    (end - text < 3 || !strchr(HEX, text[1]) ||
		     !strchr(HEX, text[2]) || text[1] < '2' ||
		     (text[1] == '7' && (text[2] | 0x20) == 'f')))
			return false;
	}
	return true;
}

/* [USER[:PASSWORD]@]HOST[:PORT][/].  What would end the user information early
 * must be percent-encoded: libcurl and those who mask it go by that.  And what
 * libcurl could not read it would quote in its error, password and all. */
static bool proxy_valid(const char *text)
{
	const char *end = text + strcspn(text, "/?#,");
	const char *at = memrchr(text, '@', (size_t)(end - text));

	return (!*end || !strcmp(end, "/")) &&
	       (!at || well_encoded(text, at)) &&
	       endpoint_authority_valid(text, end);
}

/* Never shown: it may hold a password. */
int value_parse_proxy(const struct config_key *key, const char *text,
		      struct config *config, struct err *err)
{
	const char *rest = after_proxy_scheme(text);

	if (*text && !rest)
		return err_set(err, "the URL begins with none of http://, "
				    "https://, socks4://, socks4a://, "
				    "socks5://, socks5h://");
	if (*text && !proxy_valid(rest))
		return err_set(err, "the URL is not "
				    "SCHEME://[USER:PASSWORD@]HOST:PORT");
	if (strlen(text) > PROXY_MAX)
		return err_set(err, "the URL is longer than %d bytes",
			       PROXY_MAX);
	return replace(key, strdup(text), config, err);
}

void value_print_proxy(const struct config_key *key,
		       const struct config *config, FILE *out)
{
	put(key, config, out);
}

int value_parse_no_proxy(const struct config_key *key, const char *text,
			 struct config *config, struct err *err)
{
	char quote[CONFIG_QUOTE_SIZE];

	if (text[strspn(text, LOWER UPPER DIGITS ".-_:[]/*, ")])
		return err_set(err, "\"%s\" is not a list of hosts",
			       value_quote(text, quote));
	return replace(key, strdup(text), config, err);
}

void value_print_no_proxy(const struct config_key *key,
			  const struct config *config, FILE *out)
{
	put(key, config, out);
}
