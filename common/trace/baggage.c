/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Baggage checked and put in canonical form; see baggage.h. */
#include "trace/baggage.h"

#include <stdbool.h>
#include <string.h>

#include "util/slice.h"

/* The canonical list as it grows; full: the rest is checked, not written. */
struct output {
	char text[BAGGAGE_MAX + 1];
	size_t len;
	size_t members;
	bool full;
};

static void put(struct output *out, const char *data, size_t len)
{
	if (out->full || len > BAGGAGE_MAX - out->len) {
		out->full = true;
		return;
	}
	memcpy(out->text + out->len, data, len);
	out->len += len;
}

static bool alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z');
}

static bool hex_digit(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') ||
	       (c >= 'a' && c <= 'f');
}

/* token of RFC 7230, section 3.2.6 */
static bool key_valid(struct slice key)
{
	for (size_t i = 0; i < key.len; i++)
		if (!alnum(key.p[i]) &&
		    (!key.p[i] || !strchr("!#$%&'*+-.^_`|~", key.p[i])))
			return false;
	return key.len > 0;
}

/* *baggage-octet, in which '%' only starts an encoded byte (section 3.3.1.3) */
static bool value_valid(struct slice value)
{
	for (size_t i = 0; i < value.len; i++) {
		const char c = value.p[i];

		if (c <= ' ' || c > '~' || strchr("\",;\\", c))
			return false;
		if (c == '%' &&
		    (value.len - i < 3 || !hex_digit(value.p[i + 1]) ||
		     !hex_digit(value.p[i + 2])))
			return false;
	}
	return true;
}

/* A member's first part, or a property, which may go without a value. */
static int put_pair(struct output *out, struct slice pair, bool is_property)
{
	struct slice rest = pair, key;

	slice_split(&rest, '=', &key);
	key = slice_trim(key);
	if (!key_valid(key) || (!rest.p && !is_property))
		return -1;
	put(out, key.p, key.len);
	if (!rest.p)
		return 0;
	rest = slice_trim(rest);
	if (!value_valid(rest))
		return -1;
	put(out, "=", 1);
	put(out, rest.p, rest.len);
	return 0;
}

static int put_member(struct output *out, struct slice member)
{
	const size_t mark = out->len;
	bool is_property = false;
	struct slice piece;

	if (out->members == BAGGAGE_MEMBERS)
		out->full = true;
	if (out->members > 0)
		put(out, ",", 1);
	while (slice_split(&member, ';', &piece)) {
		if (is_property)
			put(out, ";", 1);
		if (put_pair(out, piece, is_property) < 0)
			return -1;
		is_property = true;
	}
	if (out->full)
		out->len = mark;
	else
		out->members++;
	return 0;
}

int baggage_normalize(const char *text, char *ret)
{
	struct output out = { .len = 0 };
	struct slice rest, member;

	if (!text)
		text = "";
	rest = (struct slice){ text, strnlen(text, BAGGAGE_INPUT_MAX + 1) };
	if (rest.len > BAGGAGE_INPUT_MAX)
		return -1;
	while (slice_split(&rest, ',', &member)) {
		/* RFC 7230, section 7: empty elements of a list are ignored. */
		if (slice_trim(member).len && put_member(&out, member) < 0)
			return -1;
	}
	memcpy(ret, out.text, out.len);
	ret[out.len] = '\0';
	return 0;
}
