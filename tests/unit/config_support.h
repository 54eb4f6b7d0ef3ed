/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of common/config/ share: files in a directory of the test's
 * own, one-line loads, and values as text.
 */
#ifndef OTEL_TESTS_CONFIG_SUPPORT_H
#define OTEL_TESTS_CONFIG_SUPPORT_H

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "config/config.h"

/* The directory, made at the first call and removed when the test ends. */
static char config_dir[64];

static inline void config_remove_dir(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", config_dir);
	if (*config_dir && system(command) != 0)
		fprintf(stderr, "%s is left over\n", config_dir);
}

static inline const char *config_path(const char *name)
{
	static char path[PATH_MAX];

	if (!*config_dir) {
		strcpy(config_dir, "/tmp/otel-config.XXXXXX");
		cr_assert(mkdtemp(config_dir));
		atexit(config_remove_dir);
	}
	snprintf(path, sizeof(path), "%s/%s", config_dir, name);
	return path;
}

static inline void config_write_bytes(const char *name, const void *data,
				      size_t len)
{
	FILE *file = fopen(config_path(name), "w");

	cr_assert(file);
	cr_assert_eq(fwrite(data, 1, len, file), len);
	cr_assert_eq(fclose(file), 0);
}

static inline void config_write(const char *name, const char *text)
{
	config_write_bytes(name, text, strlen(text));
}

/* Loads what was written as otel.conf.  NULL with *ret_err when refused. */
static inline struct config *config_load_written(struct err *ret_err)
{
	struct config_source source = { .file = config_path("otel.conf") };
	struct config *config = NULL;

	if (config_load(&source, &config, ret_err) < 0)
		return NULL;
	return config;
}

/* The same for text, which must be right. */
static inline struct config *config_of(const char *text)
{
	struct err err = { "" };
	struct config *config;

	config_write("otel.conf", text);
	config = config_load_written(&err);
	cr_assert(config, "%s refused: %s", text, err.msg);
	return config;
}

/* Loads text, which must be refused; returns what is said after the path of
 * otel.conf. */
static inline const char *config_refusal(const char *text)
{
	static struct err err;
	struct config *config;
	const char *path;
	size_t len;

	config_write("otel.conf", text);
	config = config_load_written(&err);
	cr_assert_null(config, "accepted: %s", text);
	path = config_path("otel.conf");
	len = strlen(path);
	return strncmp(err.msg, path, len) ? err.msg : err.msg + len;
}

#define assert_refused(text, expected)                                         \
	do {                                                                   \
		const char *_said = config_refusal(text);                      \
		cr_assert_str_eq(_said, expected, "%s: %s", text, _said);      \
	} while (0)

static inline size_t config_index(const char *name)
{
	const struct config_key *key = config_key_find(name, strlen(name));

	cr_assert(key, "no key %s", name);
	return (size_t)(key - config_keys);
}

/* The value of a key as it would be written; the caller frees it. */
static inline char *config_text(const struct config *config, const char *name)
{
	const struct config_key *key = &config_keys[config_index(name)];
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	cr_assert(out);
	key->print(key, config, out);
	fclose(out);
	return text;
}

#define assert_value(config, key, expected)                                    \
	do {                                                                   \
		char *_text = config_text(config, key);                        \
		cr_assert_str_eq(_text, expected, "%s is %s", key, _text);     \
		free(_text);                                                   \
	} while (0)

/* "Key=given" is read as expected. */
static inline void assert_read(const char *key, const char *given,
			       const char *expected)
{
	struct config *config;
	char line[1024];

	snprintf(line, sizeof(line), "%s=%s\n", key, given);
	config = config_of(line);
	assert_value(config, key, expected);
	config_destroy(config);
}

#endif
