/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parsers and printers of the keys that hold a list.
 * Attributes and headers are written as in OTEL_RESOURCE_ATTRIBUTES:
 * name=value, separated by commas, percent-encoded where a value holds a
 * comma or a percent sign.
 */
#include "config/private.h"

#include <stdlib.h>
#include <string.h>

#include "config/endpoint.h"
#include "util/cleanup.h"

static void replace_list(const struct config_key *key, strlist *list,
			 struct config *config)
{
	strlist *place = value_place(key, config);

	strlist_free(*place);
	*place = TAKE_PTR(*list);
}

/* Writes each entry by put, separated by commas. */
static void print_list(const struct config_key *key,
		       const struct config *config,
		       void (*put)(const char *entry, FILE *out), FILE *out)
{
	const strlist *place = value_place_const(key, config);
	char **p;

	for (p = *place; p && *p; p++) {
		if (p != *place)
			putc(',', out);
		put(*p, out);
	}
}

static void put_plain(const char *entry, FILE *out)
{
	fputs(entry, out);
}

/* ---- endpoints ---------------------------------------------------------- */

int value_parse_endpoints(const struct config_key *key, const char *text,
			  struct config *config, struct err *err)
{
	_cleanup_strlist_ strlist list = NULL;
	char **p;

	if (strlist_split(text, &list, err) < 0)
		return -1;
	if (!list)
		return err_set(err, "names no endpoint");
	for (p = list; *p; p++) {
		char *complete;

		if (endpoint_complete(*p, &complete, err) < 0)
			return -1;
		secret_free(*p);
		*p = complete;
	}
	replace_list(key, &list, config);
	return 0;
}

void value_print_endpoints(const struct config_key *key,
			   const struct config *config, FILE *out)
{
	print_list(key, config, put_plain, out);
}

/* ---- names of attributes ------------------------------------------------ */

static bool attribute_name_valid(const char *name)
{
	const char *star = strchr(name, '*');

	if (strpbrk(name, " \t=\""))
		return false;
	/* a family: "slurm.job.*", but not "*" alone */
	return !star || (!star[1] && star > name + 1 && star[-1] == '.');
}

int value_parse_names(const struct config_key *key, const char *text,
		      struct config *config, struct err *err)
{
	_cleanup_strlist_ strlist list = NULL;
	char quote[CONFIG_QUOTE_SIZE];
	char **p;

	if (strlist_split(text, &list, err) < 0)
		return -1;
	for (p = list; p && *p; p++)
		if (!attribute_name_valid(*p))
			return err_set(err,
				       "\"%s\" is not an attribute name; write "
				       "a name, or prefix.* for a family",
				       value_quote(*p, quote));
	replace_list(key, &list, config);
	return 0;
}

void value_print_names(const struct config_key *key,
		       const struct config *config, FILE *out)
{
	print_list(key, config, put_plain, out);
}

/* ---- name=value --------------------------------------------------------- */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Decodes %XX in place.  Returns -1 for anything else after a percent sign,
 * and for what would not be clean text. */
static int percent_decode(char *text)
{
	const char *in = text;
	char *out = text;

	while (*in) {
		if (*in != '%') {
			*out++ = *in++;
			continue;
		}
		if (hex_digit(in[1]) < 0 || hex_digit(in[2]) < 0)
			return -1;
		*out++ = (char)(hex_digit(in[1]) << 4 | hex_digit(in[2]));
		in += 3;
	}
	*out = '\0';
	return value_is_clean(text, (size_t)(out - text)) ? 0 : -1;
}

/* Cuts the blanks around the first '='.  Returns the value, or NULL. */
static char *split_pair(char *pair)
{
	char *equals = strchr(pair, '=');
	size_t name_len, blanks;

	if (!equals)
		return NULL;
	name_len = (size_t)(equals - pair);
	while (name_len && strchr(" \t", pair[name_len - 1]))
		name_len--;
	if (!name_len)
		return NULL;
	blanks = strspn(equals + 1, " \t");
	pair[name_len] = '=';
	memmove(pair + name_len + 1, equals + 1 + blanks,
		strlen(equals + 1 + blanks) + 1);
	return pair + name_len + 1;
}

/* Removes earlier entries of the name that the last entry, list[n - 1], has. */
static size_t drop_earlier(strlist list, size_t n)
{
	size_t len = strcspn(list[n - 1], "=") + 1;
	size_t i, kept = 0;

	for (i = 0; i < n; i++) {
		if (i < n - 1 && !strncmp(list[i], list[n - 1], len))
			free(list[i]);
		else
			list[kept++] = list[i];
	}
	return kept;
}

int value_parse_attributes(const struct config_key *key, const char *text,
			   struct config *config, struct err *err)
{
	_cleanup_strlist_ strlist list = NULL;
	char quote[CONFIG_QUOTE_SIZE];
	size_t i, n = 0;

	if (strlist_split(text, &list, err) < 0)
		return -1;
	for (i = 0; list && list[i]; i++) {
		const char *shown = value_quote(list[i], quote);
		char *value = split_pair(list[i]);

		if (!value || list[i][strcspn(list[i], " \t\"*%=")] != '=')
			return err_set(err, "\"%s\" is not name=value", shown);
		if (percent_decode(value) < 0)
			return err_set(err,
				       "\"%s\" is not well percent-encoded; "
				       "write %%25 for a percent sign",
				       shown);
	}
	for (i = 0; list && list[i]; i++) {
		list[n++] = list[i];
		n = drop_earlier(list, n);
	}
	if (list)
		list[n] = NULL;
	replace_list(key, &list, config);
	return 0;
}

/* Header names are tokens: RFC 9110, section 5.6.2. */
static bool header_name_valid(const char *pair)
{
	size_t len = strspn(pair, "!#$%&'*+-.^_`|~0123456789"
				  "abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

	return len && pair[len] == '=';
}

int value_parse_headers(const struct config_key *key, const char *text,
			struct config *config, struct err *err)
{
	_cleanup_strlist_ strlist list = NULL;
	size_t i;

	if (strlist_split(text, &list, err) < 0)
		return -1;
	/* even a name may be part of a secret that was written wrongly */
	for (i = 0; list && list[i]; i++) {
		char *value = split_pair(list[i]);

		if (!value || !header_name_valid(list[i]))
			return err_set(err, "entry %zu is not name=value",
				       i + 1);
		if (percent_decode(value) < 0)
			return err_set(err,
				       "entry %zu is not well percent-encoded; "
				       "write %%25 for a percent sign",
				       i + 1);
	}
	replace_list(key, &list, config);
	return 0;
}

/* The inverse of percent_decode, for what would not survive the list.  A name
 * is not decoded, so it stays as it is. */
static void put_encoded(const char *entry, FILE *out)
{
	size_t name_len = strcspn(entry, "=");

	fwrite(entry, 1, name_len, out);
	for (entry += name_len; *entry; entry++) {
		if (strchr(",% \t\"#", *entry))
			fprintf(out, "%%%02X", (unsigned int)*entry);
		else
			putc(*entry, out);
	}
}

void value_print_attributes(const struct config_key *key,
			    const struct config *config, FILE *out)
{
	print_list(key, config, put_encoded, out);
}

void value_print_headers(const struct config_key *key,
			 const struct config *config, FILE *out)
{
	print_list(key, config, put_encoded, out);
}
