/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tracestate checked, read and changed; see tracestate.h. */
#include "trace/tracestate.h"

#include <string.h>

#include "util/slice.h"

#define KEY_MAX 256
#define VALUE_MAX 256
#define LONG_MEMBER 128 /* longer ones are the first to be cut */

/* Members of a list, in order, as slices of somebody's text. */
struct list {
	struct member {
		struct slice text; /* key=value */
		struct slice key;
	} members[TRACESTATE_MEMBERS + 1]; /* room to put one before */
	size_t count;
};

static bool key_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool key_char(char c)
{
	return key_start(c) || (c && strchr("_-*/@", c));
}

static bool value_char(char c)
{
	return c >= ' ' && c <= '~' && c != ',' && c != '=';
}

static bool key_valid(struct slice key)
{
	if (key.len < 1 || key.len > KEY_MAX || !key_start(key.p[0]))
		return false;
	for (size_t i = 1; i < key.len; i++)
		if (!key_char(key.p[i]))
			return false;
	return true;
}

static bool value_valid(struct slice value)
{
	if (value.len < 1 || value.len > VALUE_MAX ||
	    value.p[value.len - 1] == ' ')
		return false;
	for (size_t i = 0; i < value.len; i++)
		if (!value_char(value.p[i]))
			return false;
	return true;
}

/* Finds the member of a key, or list->count. */
static size_t list_find(const struct list *list, struct slice key)
{
	size_t i = 0;

	while (i < list->count && !slice_equal(list->members[i].key, key))
		i++;
	return i;
}

static void list_remove(struct list *list, size_t i)
{
	if (i >= list->count)
		return;
	list->count--;
	memmove(&list->members[i], &list->members[i + 1],
		(list->count - i) * sizeof(list->members[0]));
}

static void list_prepend(struct list *list, struct member member)
{
	memmove(&list->members[1], &list->members[0],
		list->count * sizeof(list->members[0]));
	list->members[0] = member;
	list->count++;
}

static int list_add(struct list *list, struct slice text)
{
	struct slice rest = text, key;

	slice_split(&rest, '=', &key);
	if (!rest.p || !key_valid(key) || !value_valid(rest) ||
	    list->count == TRACESTATE_MEMBERS ||
	    list_find(list, key) < list->count)
		return -1;
	list->members[list->count++] = (struct member){ text, key };
	return 0;
}

static int list_parse(const char *text, struct list *ret)
{
	struct slice rest = { text, strnlen(text, TRACESTATE_INPUT_MAX + 1) };
	struct slice piece;

	ret->count = 0;
	if (rest.len > TRACESTATE_INPUT_MAX)
		return -1;
	while (slice_split(&rest, ',', &piece)) {
		piece = slice_trim(piece);
		if (piece.len && list_add(ret, piece) < 0)
			return -1;
	}
	return 0;
}

static size_t list_size(const struct list *list)
{
	size_t size = 0;

	for (size_t i = 0; i < list->count; i++)
		size += list->members[i].text.len + (i > 0);
	return size;
}

/* The rightmost long member, or else the rightmost; never one of the first
 * keep. */
static size_t list_first_to_go(const struct list *list, size_t keep)
{
	for (size_t i = list->count; i > keep; i--)
		if (list->members[i - 1].text.len > LONG_MEMBER)
			return i - 1;
	return list->count - 1;
}

/* Cuts what is over the limits.  The first keep members stay: one alone
 * always fits. */
static void list_cut(struct list *list, size_t keep)
{
	if (list->count > TRACESTATE_MEMBERS)
		list->count = TRACESTATE_MEMBERS;
	while (list_size(list) > TRACESTATE_MAX)
		list_remove(list, list_first_to_go(list, keep));
}

static void list_write(const struct list *list, char *ret)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct slice text = list->members[i].text;

		if (i > 0)
			*ret++ = ',';
		memcpy(ret, text.p, text.len);
		ret += text.len;
	}
	*ret = '\0';
}

int tracestate_normalize(const char *text, char *ret)
{
	struct list list;

	if (list_parse(text ? text : "", &list) < 0)
		return -1;
	list_cut(&list, 0);
	list_write(&list, ret);
	return 0;
}

bool tracestate_get(const char *tracestate, const char *key, const char **ret,
		    size_t *ret_len)
{
	const struct slice wanted = { key, strlen(key) };
	struct slice rest = { tracestate, strlen(tracestate) };
	struct slice value, name;

	while (slice_split(&rest, ',', &value)) {
		slice_split(&value, '=', &name);
		if (!value.p || !slice_equal(name, wanted))
			continue;
		*ret = value.p;
		*ret_len = value.len;
		return true;
	}
	return false;
}

int tracestate_set(char *tracestate, const char *key, const char *value)
{
	char text[KEY_MAX + 1 + VALUE_MAX];
	char out[TRACESTATE_MAX + 1];
	const struct slice k = { key, strnlen(key, KEY_MAX + 1) };
	const struct slice v = { value,
				 value ? strnlen(value, VALUE_MAX + 1) : 0 };
	struct list list;

	if (!key_valid(k) || (v.len && !value_valid(v)) ||
	    list_parse(tracestate, &list) < 0)
		return -1;
	list_remove(&list, list_find(&list, k));
	if (v.len) {
		memcpy(text, k.p, k.len);
		text[k.len] = '=';
		memcpy(text + k.len + 1, v.p, v.len);
		list_prepend(&list,
			     (struct member){ { text, k.len + 1 + v.len },
					      { text, k.len } });
	}
	list_cut(&list, 1);
	/* The slices lie in the very buffer that is written. */
	list_write(&list, out);
	memcpy(tracestate, out, strlen(out) + 1);
	return 0;
}
