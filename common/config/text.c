/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parsers and printers of text: strings, paths, names and URLs.  All arrive
 * free of control characters and as UTF-8 (loader_set saw to that).
 */
#include "config/private.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "config/endpoint.h"

#define URL_MAX 2048

/* Replaces the string of key; "" leaves none. */
static int replace_string(const struct config_key *key, const char *text,
			  struct config *config, struct err *err)
{
	char **place = value_place(key, config);
	char *copy = NULL;

	if (*text) {
		copy = strdup(text);
		if (!copy)
			return err_set(err, "out of memory");
	}
	free(*place);
	*place = copy;
	return 0;
}

static void print_string(const struct config_key *key,
			 const struct config *config, FILE *out)
{
	char *const *place = value_place_const(key, config);

	if (*place)
		fputs(*place, out);
}

int value_parse_string(const struct config_key *key, const char *text,
		       struct config *config, struct err *err)
{
	return replace_string(key, text, config, err);
}

void value_print_string(const struct config_key *key,
			const struct config *config, FILE *out)
{
	print_string(key, config, out);
}

int value_parse_path(const struct config_key *key, const char *text,
		     struct config *config, struct err *err)
{
	char quote[CONFIG_QUOTE_SIZE];

	if (*text && *text != '/')
		return err_set(err, "\"%s\" is not an absolute path",
			       value_quote(text, quote));
	if (strlen(text) >= PATH_MAX)
		return err_set(err, "the path is longer than %d bytes",
			       PATH_MAX - 1);
	return replace_string(key, text, config, err);
}

void value_print_path(const struct config_key *key, const struct config *config,
		      FILE *out)
{
	print_string(key, config, out);
}

int value_parse_user(const struct config_key *key, const char *text,
		     struct config *config, struct err *err)
{
	char quote[CONFIG_QUOTE_SIZE];

	/* what would break a line of passwd(5), or look like an option */
	if (*text == '-' || strpbrk(text, ":/, \t\"'$`;|&<>") ||
	    strlen(text) > LOGIN_NAME_MAX)
		return err_set(err, "\"%s\" is not a user name",
			       value_quote(text, quote));
	return replace_string(key, text, config, err);
}

void value_print_user(const struct config_key *key, const struct config *config,
		      FILE *out)
{
	print_string(key, config, out);
}

/* A plugin's file is jobcomp_NAME.so: no path can hide in such a name. */
int value_parse_jobcomp(const struct config_key *key, const char *text,
			struct config *config, struct err *err)
{
	static const char type[] = "jobcomp/";
	const char *name = text;
	char quote[CONFIG_QUOTE_SIZE];

	if (!strncmp(text, type, sizeof(type) - 1))
		name += sizeof(type) - 1;
	if (*text && (!*name || strlen(name) > NAME_MAX / 2 ||
		      name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
					"0123456789_")]))
		return err_set(err, "\"%s\" is not jobcomp/NAME",
			       value_quote(text, quote));
	if (!strcmp(name, "otel"))
		return err_set(err, "jobcomp/otel can not be handed its own "
				    "calls; name another plugin");
	return replace_string(key, name, config, err);
}

void value_print_jobcomp(const struct config_key *key,
			 const struct config *config, FILE *out)
{
	char *const *place = value_place_const(key, config);

	if (*place)
		fprintf(out, "jobcomp/%s", *place);
}

static bool has_prefix(const char *text, const char *prefix)
{
	size_t len = strlen(prefix);

	return strnlen(text, len) == len && equal_nocase(text, len, prefix);
}

static const char *trace_url_flaw(const char *url)
{
	if (!has_prefix(url, "http://") && !has_prefix(url, "https://"))
		return "does not start with http:// or https://";
	if (strpbrk(url, " \t\""))
		return "holds a blank or a quote, which a URL can not";
	if (!strstr(url, "{trace_id}"))
		return "does not hold {trace_id}; quote the value when it "
		       "holds a #";
	return NULL;
}

int value_parse_trace_url(const struct config_key *key, const char *text,
			  struct config *config, struct err *err)
{
	const char *flaw = *text ? trace_url_flaw(text) : NULL;

	/* not shown: it may hold a password */
	if (flaw)
		return err_set(err, "the URL %s", flaw);
	if (strlen(text) > URL_MAX)
		return err_set(err, "the URL is longer than %d bytes", URL_MAX);
	return replace_string(key, text, config, err);
}

void value_print_trace_url(const struct config_key *key,
			   const struct config *config, FILE *out)
{
	print_string(key, config, out);
}

/* A base URL as OTEL_EXPORTER_OTLP_ENDPOINT holds one. */
static const char *job_endpoint_flaw(const char *url)
{
	const char *authority = strstr(url, "://");
	const char *end;

	if (!has_prefix(url, "http://") && !has_prefix(url, "https://"))
		return "does not start with http:// or https://";
	authority += strlen("://");
	end = authority + strcspn(authority, "/?#");
	if (memchr(authority, '@', (size_t)(end - authority)))
		return "holds a user or a password, which every job could read";
	if (!endpoint_authority_valid(authority, end))
		return "has no valid host and port";
	if (strpbrk(url, " \t\"#?"))
		return "holds a blank, a quote, a query or a fragment";
	return NULL;
}

int value_parse_job_endpoint(const struct config_key *key, const char *text,
			     struct config *config, struct err *err)
{
	const char *flaw = *text ? job_endpoint_flaw(text) : NULL;

	/* not shown: it may hold a password */
	if (flaw)
		return err_set(err, "the URL %s", flaw);
	if (strlen(text) > URL_MAX)
		return err_set(err, "the URL is longer than %d bytes", URL_MAX);
	return replace_string(key, text, config, err);
}

void value_print_job_endpoint(const struct config_key *key,
			      const struct config *config, FILE *out)
{
	print_string(key, config, out);
}
