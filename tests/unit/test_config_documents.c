/* SPDX-License-Identifier: GPL-2.0-or-later */
/* etc/otel.conf.example and otel.conf(5) say what the table of keys says. */
#include "config/print.h"

#include "config_support.h"

#define UPDATE "run: make update-documents"

static char *read_document(const char *name)
{
	const char *srcdir = getenv("srcdir");
	char path[PATH_MAX], *text = NULL;
	size_t cap = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", srcdir ? srcdir : ".", name);
	file = fopen(path, "r");
	cr_assert(file, "%s is missing", path);
	cr_assert_gt(getdelim(&text, &cap, '\0', file), 0);
	fclose(file);
	return text;
}

static char *printed(void (*print)(FILE *out))
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	cr_assert(out);
	print(out);
	fclose(out);
	return text;
}

Test(config_documents, example_is_up_to_date)
{
	char *document = read_document("etc/otel.conf.example");
	char *table = printed(config_print_example);

	cr_assert(!strcmp(document, table), UPDATE);
	free(document);
	free(table);
}

Test(config_documents, man_page_is_up_to_date)
{
	char *document = read_document("doc/otel.conf.5");
	char *table = printed(config_print_man);
	char *start = strstr(document, ".\\\" BEGIN GENERATED KEYS");
	char *end = strstr(document, ".\\\" END GENERATED KEYS");

	cr_assert(start && end, "the marks are missing");
	start = strchr(start, '\n') + 1;
	*end = '\0';
	cr_assert(!strcmp(start, table), UPDATE);
	free(document);
	free(table);
}

Test(config_documents, example_holds_every_key)
{
	char *document = read_document("etc/otel.conf.example");

	for (const struct config_key *key = config_keys; key->name; key++) {
		char line[256];

		snprintf(line, sizeof(line), "\n#%s=%s\n", key->name,
			 key->def ? key->def : "");
		cr_assert(strstr(document, line), "%s", key->name);
	}
	free(document);
}

/* Every line of the example may lose its # and changes nothing. */
Test(config_documents, example_states_the_defaults)
{
	char *document = read_document("etc/otel.conf.example");
	struct config *defaults = config_of(""), *config;
	char *p;

	for (p = document; (p = strchr(p, '#')); p++)
		if ((p == document || p[-1] == '\n') && p[1] != ' ' &&
		    p[1] != '\n')
			*p = ' ';
	config = config_of(document);
	for (const struct config_key *key = config_keys; key->name; key++) {
		char *expected = config_text(defaults, key->name);

		cr_assert_eq(config_origin(config, (size_t)(key - config_keys)),
			     CONFIG_FILE, "%s", key->name);
		assert_value(config, key->name, expected);
		free(expected);
	}
	config_destroy(config);
	config_destroy(defaults);
	free(document);
}

Test(config_documents, every_key_is_documented)
{
	for (const struct config_key *key = config_keys; key->name; key++) {
		size_t len = key->help ? strlen(key->help) : 0;

		cr_assert(len && key->type && key->section, "%s", key->name);
		cr_assert_eq(key->help[len - 1], '.', "%s", key->name);
		cr_assert_null(strstr(key->help, "  "), "%s", key->name);
	}
}

/* A section that comes back later would have two headings. */
Test(config_documents, sections_are_in_one_piece)
{
	for (size_t i = 1; config_keys[i].name; i++) {
		if (!strcmp(config_keys[i].section, config_keys[i - 1].section))
			continue;
		for (size_t j = 0; j < i; j++)
			cr_assert_str_neq(config_keys[i].section,
					  config_keys[j].section, "%s",
					  config_keys[i].name);
	}
}
