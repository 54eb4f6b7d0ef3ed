/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parser and printer of UserOptions: a set of names. */
#include "config/private.h"

#include <string.h>

#define NONE "none"

static const struct value_choice options[] = {
	{ "on", USER_OPTION_ON },         { "off", USER_OPTION_OFF },
	{ "detail", USER_OPTION_DETAIL }, { "parent", USER_OPTION_PARENT },
	{ "attr", USER_OPTION_ATTR },     { NONE, 0 },
};

#define N_OPTIONS (sizeof(options) / sizeof(options[0]))

static const struct value_choice *find(const char *name)
{
	for (size_t i = 0; i < N_OPTIONS; i++)
		if (equal_nocase(name, strlen(name), options[i].name))
			return &options[i];
	return NULL;
}

int value_parse_user_options(const struct config_key *key, const char *text,
			     struct config *config, struct err *err)
{
	_cleanup_strlist_ strlist list = NULL;
	char quote[CONFIG_QUOTE_SIZE];
	const struct value_choice *option = NULL;
	unsigned int set = 0;

	if (strlist_split(text, &list, err) < 0)
		return -1;
	for (char **p = list; p && *p; p++) {
		option = find(*p);
		if (!option)
			return err_set(err,
				       "\"%s\" is not on, off, detail, parent, "
				       "attr or none",
				       value_quote(*p, quote));
		if (!option->value && (p != list || p[1]))
			return err_set(err, NONE " stands alone");
		set |= option->value;
	}
	if (!option)
		return err_set(err, "names no option; write " NONE " to forbid "
				    "all");
	*(unsigned int *)value_place(key, config) = set;
	return 0;
}

void value_print_user_options(const struct config_key *key,
			      const struct config *config, FILE *out)
{
	const unsigned int set =
		*(const unsigned int *)value_place_const(key, config);
	const char *comma = "";

	for (size_t i = 0; i < N_OPTIONS; i++) {
		if (!(set & options[i].value))
			continue;
		fprintf(out, "%s%s", comma, options[i].name);
		comma = ",";
	}
	if (!set)
		fputs(NONE, out);
}
