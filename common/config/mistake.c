/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Says what is wrong and where: file and line, argument or variable, and the
 * key, but never what could be a secret.
 */
#include "config/private.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "util/utf8.h"

#define PATH_SHOWN 200 /* so that a long path leaves room for the mistake */

/* A name that is shown though it means nothing to us: it may be half of a
 * secret that was broken over two lines, so only what looks like a key is. */
static bool looks_like_key(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!((name[i] >= 'a' && name[i] <= 'z') ||
		      (name[i] >= 'A' && name[i] <= 'Z') || name[i] == '_' ||
		      name[i] == '-'))
			return false;
	return len > 0 && len <= 40;
}

static const char *shown_path(const char *path)
{
	size_t len = strlen(path);

	if (len <= PATH_SHOWN)
		return path;
	path += len - PATH_SHOWN;
	/* not from inside a character on */
	while (((unsigned char)*path & 0xc0) == 0x80)
		path++;
	return path;
}

/* "/etc/slurm/otel.conf:12: Endpoint: " */
static void describe_place(const struct config_place *place, const char *key,
			   size_t key_len, char *ret, size_t size)
{
	bool has_key = key && looks_like_key(key, key_len);
	int shown = has_key ? (int)key_len : 0;
	char line[16] = "";

	if (place->line)
		snprintf(line, sizeof(line), ":%u", place->line);
	switch (place->origin) {
	case CONFIG_FILE:
		snprintf(ret, size, "%s%s: %.*s%s", shown_path(place->name),
			 line, shown, has_key ? key : "", has_key ? ": " : "");
		return;
	case CONFIG_ARGUMENT:
		snprintf(ret, size,
			 "plugstack.conf argument \"%.*s%s...\": ", shown,
			 has_key ? key : "", has_key ? "=" : "");
		return;
	case CONFIG_ENVIRONMENT:
		snprintf(ret, size, "environment variable %s: ", place->name);
		return;
	case CONFIG_DEFAULT:
		snprintf(ret, size, "%.*s%s", shown, has_key ? key : "",
			 has_key ? ": " : "");
		return;
	}
}

int loader_mistake(struct loader *loader, const struct config_place *place,
		   const char *key, size_t key_len, const char *fmt, ...)
{
	struct err err;
	size_t len;
	va_list ap;
	int saved = errno;

	describe_place(place, key, key_len, err.msg, sizeof(err.msg));
	len = strlen(err.msg);
	errno = saved;
	va_start(ap, fmt);
	utf8_vprint(err.msg + len, sizeof(err.msg) - len, fmt, ap);
	va_end(ap);
	loader->mistakes++;
	loader->report(err.msg, loader->arg);
	return loader->go_on ? 0 : -1;
}
