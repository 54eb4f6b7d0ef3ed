/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks, writes and reads users' attributes; see user_attrs.h. */
#include "trace/user_attrs.h"

#include <stdbool.h>
#include <string.h>

#include "util/percent.h"
#include "util/slice.h"
#include "util/utf8.h"

#define KEY_CHARS "abcdefghijklmnopqrstuvwxyz0123456789_.-"
#define PAIR_MAX (USER_ATTR_KEY_MAX + 1 + 3 * USER_ATTR_VALUE_MAX)

static const char *const reserved[] = { "slurm",     "slurm_otel", "service",
					"telemetry", "host",       "process",
					"user",      "error",      "otel" };

/* The reserved name that key is, or begins with; NULL: none. */
static const char *reserved_name(const char *key)
{
	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
		const size_t len = strlen(reserved[i]);

		if (!strncmp(key, reserved[i], len) &&
		    (key[len] == '\0' || key[len] == '.'))
			return reserved[i];
	}
	return NULL;
}

/* No C0 and C1 controls, no DEL: nothing that moves a cursor. */
static bool is_clean(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		const unsigned char c = (unsigned char)text[i];

		if (c < ' ' || c == 0x7f)
			return false;
		if (c == 0xc2 && (unsigned char)text[i + 1] < 0xa0)
			return false;
	}
	return utf8_valid(text, len);
}

static int check_key(const char *key, struct err *err)
{
	const char *name = reserved_name(key);

	if (name)
		return err_set(err,
			       "the key %s is reserved, as are all that begin "
			       "with \"%s.\"",
			       key, name);
	return 0;
}

/* What the pair says, checked but for what is there already. */
static int read_pair(const char *pair, struct user_attr *ret, struct err *err)
{
	const size_t key_len = strspn(pair, KEY_CHARS);
	const char *value = pair + key_len + 1;

	if (pair[key_len] != '=' || pair[0] < 'a' || pair[0] > 'z')
		return err_set(
			err,
			"give it as key=value; a key begins with a letter a to "
			"z and holds only those, digits, '_', '.' and '-'");
	if (key_len > USER_ATTR_KEY_MAX)
		return err_set(err, "the key is longer than %d characters",
			       USER_ATTR_KEY_MAX);
	if (strnlen(value, USER_ATTR_VALUE_MAX + 1) > USER_ATTR_VALUE_MAX)
		return err_set(err, "the value of %.*s is longer than %d bytes",
			       (int)key_len, pair, USER_ATTR_VALUE_MAX);
	if (!is_clean(value, strlen(value)))
		return err_set(err,
			       "the value of %.*s is not UTF-8, or holds a "
			       "control character",
			       (int)key_len, pair);
	memcpy(ret->key, pair, key_len);
	ret->key[key_len] = '\0';
	strcpy(ret->value, value);
	return check_key(ret->key, err);
}

static size_t find(const struct user_attrs *attrs, const char *key)
{
	size_t i = 0;

	while (i < attrs->n && strcmp(attrs->list[i].key, key))
		i++;
	return i;
}

/* Appends one attribute at offset at.  Returns the new offset, or 0: it does
 * not fit. */
static size_t append(const struct user_attr *attr, size_t at, char *ret)
{
	const size_t key_len = strlen(attr->key);
	const size_t head = (at ? 1 : 0) + key_len + 1;
	int len;

	if (at + head > USER_ATTRS_TEXT_MAX)
		return 0;
	len = percent_encode(attr->value, ret + at + head,
			     USER_ATTRS_TEXT_MAX + 1 - at - head);
	if (len < 0)
		return 0;
	if (at)
		ret[at++] = ',';
	memcpy(ret + at, attr->key, key_len);
	ret[at + key_len] = '=';
	return at + key_len + 1 + (size_t)len;
}

static int format(const struct user_attrs *attrs, char *ret)
{
	size_t at = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < attrs->n; i++) {
		at = append(&attrs->list[i], at, ret);
		if (!at)
			return -1;
	}
	return 0;
}

/* Without looking at the length of all of them. */
static int put(struct user_attrs *attrs, const char *pair, struct err *err)
{
	struct user_attr attr = { "", "" };
	size_t i;

	if (read_pair(pair, &attr, err) < 0)
		return -1;
	i = find(attrs, attr.key);
	if (i == USER_ATTRS_MAX)
		return err_set(err, "%d attributes at most are accepted",
			       USER_ATTRS_MAX);
	attrs->list[i] = attr;
	if (i == attrs->n)
		attrs->n++;
	return 0;
}

int user_attrs_add(struct user_attrs *attrs, const char *pair, struct err *err)
{
	char text[USER_ATTRS_TEXT_MAX + 1];
	struct user_attrs now = *attrs;

	if (put(&now, pair, err) < 0)
		return -1;
	if (format(&now, text) < 0)
		return err_set(err,
			       "all attributes together are longer than %d "
			       "bytes, percent-encoded",
			       USER_ATTRS_TEXT_MAX);
	*attrs = now;
	return 0;
}

void user_attrs_format(const struct user_attrs *attrs, char *ret)
{
	/* user_attrs_add saw to it that they fit */
	if (format(attrs, ret) < 0)
		ret[0] = '\0';
}

int user_attrs_parse(const char *text, struct user_attrs *ret)
{
	struct slice rest = { text, 0 }, member;
	char pair[PAIR_MAX + 1], again[USER_ATTRS_TEXT_MAX + 1];
	struct user_attrs attrs = { 0 };

	if (text)
		rest.len = strnlen(text, USER_ATTRS_TEXT_MAX + 1);
	if (rest.len > USER_ATTRS_TEXT_MAX)
		return -1;
	while (rest.len && slice_split(&rest, ',', &member))
		if (percent_decode(member.p, member.len, pair, sizeof(pair)) <
			    0 ||
		    put(&attrs, pair, NULL) < 0)
			return -1;
	if (format(&attrs, again) < 0)
		return -1;
	*ret = attrs;
	return 0;
}
