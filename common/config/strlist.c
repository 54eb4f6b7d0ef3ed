/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of strings that several keys hold. */
#include "config/private.h"

#include <stdlib.h>
#include <string.h>

void secret_free(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
}

void strlist_free(strlist list)
{
	char **p;

	for (p = list; p && *p; p++)
		secret_free(*p);
	free(list);
}

int strlist_append(strlist *list, size_t *n, char *item)
{
	strlist grown = NULL;

	if (item)
		grown = reallocarray(*list, *n + 2, sizeof(*grown));
	if (!grown) {
		free(item);
		return -1;
	}
	grown[(*n)++] = item;
	grown[*n] = NULL;
	*list = grown;
	return 0;
}

int strlist_split(const char *text, strlist *ret, struct err *err)
{
	_cleanup_strlist_ strlist list = NULL;
	size_t n = 0;

	while (*text) {
		size_t len;

		text += strspn(text, " \t,");
		len = strcspn(text, ",");
		if (!len)
			break;
		if (n == CONFIG_LIST_MAX)
			return err_set(err, "more than %d entries",
				       CONFIG_LIST_MAX);
		while (text[len - 1] == ' ' || text[len - 1] == '\t')
			len--;
		if (strlist_append(&list, &n, strndup(text, len)) < 0)
			return err_set(err, "out of memory");
		text += len;
		text += strcspn(text, ",");
	}
	*ret = TAKE_PTR(list);
	return 0;
}

char *strlist_take_pair(strlist *list, const char *name)
{
	size_t len = strlen(name);
	char **p = *list;
	char *taken;

	while (p && *p && (strncmp(*p, name, len) || (*p)[len] != '='))
		p++;
	if (!p || !*p)
		return NULL;
	taken = *p;
	do {
		p[0] = p[1];
	} while (*p++);
	if (!**list) {
		free(*list);
		*list = NULL;
	}
	return taken;
}
