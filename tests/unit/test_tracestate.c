/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tracestate: the grammar, the limits, what is cut, and changing a member. */
#include "trace/tracestate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "support.h"
#include "util/buf.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Refused, and ret untouched? */
static bool refused(const char *text)
{
	char *out = guarded_alloc(TRACESTATE_MAX + 1);
	int r;

	memset(out, '?', TRACESTATE_MAX + 1);
	r = tracestate_normalize(text, out);
	if (r == 0)
		return false;
	cr_assert_eq(r, -1);
	for (size_t i = 0; i <= TRACESTATE_MAX; i++)
		cr_assert_eq(out[i], '?');
	return true;
}

/* The canonical form, or NULL; overwritten by the next call. */
static const char *canonical(const char *text)
{
	static char out[TRACESTATE_MAX + 1];

	return tracestate_normalize(text, out) < 0 ? NULL : out;
}

/* A member key=vvv... of len bytes; index makes the key. */
static void put_member(struct buf *buf, unsigned int index, size_t len)
{
	const size_t mark = buf->len;

	buf_printf(buf, "k%u=", index);
	while (buf->len < mark + len)
		buf_putc(buf, 'v');
}

static void put_end(struct buf *buf)
{
	buf_putc(buf, '\0');
	cr_assert_not(buf->failed);
}

Test(tracestate, refuses_what_is_not_a_list)
{
	static const char *const bad[] = {
		"key",     "=",       "=value",      "key=",          "key= ",
		"key=\t ", "a=1,b",   "a=1,b=",      "a=1,=b",        "Key=1",
		"kEy=1",   "_k=1",    "-k=1",        "*k=1",          "/k=1",
		"@k=1",    "k =1",    "k.y=1",       "k\x80=1",       "k+y=1",
		"k=a=b",   "k=a\tb",  "k=a\x7f",     "k=caf\xc3\xa9", "k=a\nb",
		"k=1;j=2", "a=1,a=2", "a=1,b=2,a=1", "a=1;b=2,a=1",   "\n",
		"a=1\n",
	};

	for (size_t i = 0; i < COUNT(bad); i++)
		cr_assert(refused(bad[i]), "%zu: %s", i, bad[i]);
}

Test(tracestate, writes_the_canonical_form)
{
	static const struct {
		const char *in, *out;
	} good[] = {
		{ NULL, "" },
		{ "", "" },
		{ " ", "" },
		{ ",", "" },
		{ " ,\t, ", "" },
		{ "a=1", "a=1" },
		{ "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE",
		  "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE" },
		{ " a=1 ,\tb=2\t,, c=3,", "a=1,b=2,c=3" },
		{ "a=  kept in front", "a=  kept in front" },
		{ "a=in between \t", "a=in between" },
		{ "0=1,9z=2", "0=1,9z=2" },
		{ "tenant@vendor=1,a@b@c=2", "tenant@vendor=1,a@b@c=2" },
		{ "a_-*/@z09=1", "a_-*/@z09=1" },
		{ "a=!\"#$%&'()*+-./0189:;<>?@AZ[\\]^_`az{|}~",
		  "a=!\"#$%&'()*+-./0189:;<>?@AZ[\\]^_`az{|}~" },
	};

	for (size_t i = 0; i < COUNT(good); i++) {
		const char *out = canonical(good[i].in);

		cr_assert_not_null(out, "%zu", i);
		cr_assert_str_eq(out, good[i].out, "%zu", i);
	}
}

Test(tracestate, every_byte_in_a_key_and_in_a_value)
{
	for (int c = 1; c < 256; c++) {
		const bool key = (c >= 'a' && c <= 'z') ||
				 (c >= '0' && c <= '9') || strchr("_-*/@", c);
		const bool value = c >= ' ' && c <= '~' && c != '=';
		char text[16];

		snprintf(text, sizeof(text), "k%c=1", c);
		cr_assert_eq(refused(text), !key, "byte %d", c);
		snprintf(text, sizeof(text), "k=1%c1", c);
		/* after a comma "1" is a member without a value */
		cr_assert_eq(refused(text), !value || c == ',', "byte %d", c);
	}
}

Test(tracestate, key_and_value_hold_256_characters)
{
	char text[600], member[600];

	for (size_t len = 255; len <= 257; len++) {
		memset(text, 'k', len);
		strcpy(text + len, "=v");
		cr_assert_eq(refused(text), len > 256, "%zu", len);
		memcpy(text, "k=", 2);
		memset(text + 2, 'v', len);
		text[2 + len] = '\0';
		cr_assert_eq(refused(text), len > 256, "%zu", len);
	}
	snprintf(member, sizeof(member), "%.*s", 256 + 2, text);
	cr_assert_str_eq(canonical(member), member);
}

Test(tracestate, holds_32_members_and_not_33)
{
	for (unsigned int count = 31; count <= 33; count++) {
		_cleanup_buf_ struct buf list = BUF_INIT;

		for (unsigned int i = 0; i < count; i++)
			buf_printf(&list, "k%u=v, ,", i);
		put_end(&list);
		cr_assert_eq(refused((char *)list.data), count > 32);
	}
}

Test(tracestate, huge_input_is_refused_unread)
{
	const size_t len = (size_t)10 << 20;
	char *huge = malloc(len + 1);

	memset(huge, ',', len);
	huge[len] = '\0';
	cr_assert(refused(huge));
	free(huge);
	/* 65,537 bytes and no end: a longer reach crashes */
	huge = guarded_alloc(TRACESTATE_INPUT_MAX + 1);
	memset(huge, ',', TRACESTATE_INPUT_MAX + 1);
	cr_assert(refused(huge));
	huge[TRACESTATE_INPUT_MAX] = '\0';
	cr_assert_not(refused(huge));
}

Test(tracestate, what_fits_is_not_cut)
{
	_cleanup_buf_ struct buf list = BUF_INIT;

	for (unsigned int i = 0; i < 8; i++) {
		put_member(&list, i, 250);
		buf_putc(&list, ',');
	}
	put_member(&list, 8, TRACESTATE_MAX - list.len);
	cr_assert_eq(list.len, TRACESTATE_MAX);
	put_end(&list);
	cr_assert_str_eq(canonical((char *)list.data), (char *)list.data);
}

/* 31 members in list: indices 3 and 20 of size_long, the others of 65, which
 * makes more than TRACESTATE_MAX but for one long member. */
static void put_mixed(struct buf *list, size_t size_long)
{
	for (unsigned int i = 0; i < 31; i++) {
		if (i)
			buf_putc(list, ',');
		put_member(list, i, i == 3 || i == 20 ? size_long : 65);
	}
	put_end(list);
}

static bool has(const char *tracestate, unsigned int index)
{
	const char *value;
	size_t len;
	char key[8];

	snprintf(key, sizeof(key), "k%u", index);
	return tracestate_get(tracestate, key, &value, &len);
}

Test(tracestate, members_over_128_characters_are_cut_first)
{
	_cleanup_buf_ struct buf list = BUF_INIT;
	const char *out;

	put_mixed(&list, 129);
	/* 29 * 65 + 2 * 129 + 30: without the right long one it fits */
	cr_assert_eq(list.len - 1, 2173);
	out = canonical((char *)list.data);
	cr_assert_eq(strlen(out), 2173 - 130);
	for (unsigned int i = 0; i < 31; i++)
		cr_assert_eq(has(out, i), i != 20, "%u", i);
}

Test(tracestate, members_of_128_characters_are_cut_in_their_turn)
{
	_cleanup_buf_ struct buf list = BUF_INIT;
	const char *out;

	put_mixed(&list, 128);
	out = canonical((char *)list.data);
	cr_assert_eq(strlen(out), 2171 - 2 * 66);
	for (unsigned int i = 0; i < 31; i++)
		cr_assert_eq(has(out, i), i < 29, "%u", i);
}

Test(tracestate, without_long_members_the_rightmost_go)
{
	_cleanup_buf_ struct buf list = BUF_INIT;
	const char *out;

	/* without the two long ones 2,279 bytes are left, and four go */
	for (unsigned int i = 0; i < 32; i++) {
		if (i)
			buf_putc(&list, ',');
		put_member(&list, i, i < 2 ? 129 : 75);
	}
	put_end(&list);
	out = canonical((char *)list.data);
	for (unsigned int i = 0; i < 32; i++)
		cr_assert_eq(has(out, i), i >= 2 && i < 28, "%u", i);
}

static void assert_get(const char *tracestate, const char *key,
		       const char *expected)
{
	const char *value = NULL;
	size_t len = 99;

	cr_assert_eq(tracestate_get(tracestate, key, &value, &len), !!expected,
		     "%s", key);
	if (!expected) {
		cr_assert_null(value);
		cr_assert_eq(len, 99);
		return;
	}
	cr_assert_eq(len, strlen(expected), "%s", key);
	cr_assert_arr_eq(value, expected, len);
}

Test(tracestate, get)
{
	const char *list = "rojo=1,ot=th:8;rv:0,o=2";

	assert_get("", "ot", NULL);
	assert_get(list, "", NULL);
	assert_get(list, "t", NULL);
	assert_get(list, "otx", NULL);
	assert_get(list, "th:8;rv:0", NULL);
	assert_get(list, "rojo", "1");
	assert_get(list, "ot", "th:8;rv:0");
	assert_get(list, "o", "2");
}

Test(tracestate, set_refuses_and_changes_nothing)
{
	char long_key[258], long_value[258];
	char list[TRACESTATE_MAX + 1] = "a=1,b=2";
	char broken[TRACESTATE_MAX + 1] = "no list";

	memset(long_key, 'k', 257);
	memset(long_value, 'v', 257);
	long_key[257] = long_value[257] = '\0';
	cr_assert_eq(tracestate_set(list, "", "1"), -1);
	cr_assert_eq(tracestate_set(list, "K", "1"), -1);
	cr_assert_eq(tracestate_set(list, "a=1", "1"), -1);
	cr_assert_eq(tracestate_set(list, "K", NULL), -1);
	cr_assert_eq(tracestate_set(list, long_key, "1"), -1);
	cr_assert_eq(tracestate_set(list, "a", long_value), -1);
	cr_assert_eq(tracestate_set(list, "a", "1,c=3"), -1);
	cr_assert_eq(tracestate_set(list, "a", "x=y"), -1);
	cr_assert_eq(tracestate_set(list, "a", "x "), -1);
	cr_assert_eq(tracestate_set(list, "a", "\x80"), -1);
	cr_assert_str_eq(list, "a=1,b=2");
	cr_assert_eq(tracestate_set(broken, "a", "1"), -1);
	cr_assert_str_eq(broken, "no list");
}

Test(tracestate, set_puts_first_and_keeps_the_order_of_the_others)
{
	char *list = guarded_alloc(TRACESTATE_MAX + 1);
	static const struct {
		const char *key, *value, *list;
	} steps[] = {
		{ "a", NULL, "" },
		{ "a", "1", "a=1" },
		{ "b", "2", "b=2,a=1" },
		{ "c", "3", "c=3,b=2,a=1" },
		{ "b", "22", "b=22,c=3,a=1" },
		{ "b", " 2", "b= 2,c=3,a=1" },
		{ "x", NULL, "b= 2,c=3,a=1" },
		{ "c", "", "b= 2,a=1" },
		{ "a", NULL, "b= 2" },
		{ "b", NULL, "" },
	};

	list[0] = '\0';
	for (size_t i = 0; i < COUNT(steps); i++) {
		cr_assert_eq(tracestate_set(list, steps[i].key, steps[i].value),
			     0, "%zu", i);
		cr_assert_str_eq(list, steps[i].list, "%zu", i);
	}
}

Test(tracestate, set_in_a_full_list_cuts_the_last)
{
	char list[TRACESTATE_MAX + 1] = "k0=v";

	for (unsigned int i = 1; i < 32; i++)
		snprintf(list + strlen(list), 16, ",k%u=v", i);
	cr_assert_eq(tracestate_set(list, "ot", "th:8"), 0);
	cr_assert(strncmp(list, "ot=th:8,k0=v,", 13) == 0);
	cr_assert(has(list, 30));
	cr_assert_not(has(list, 31));
	cr_assert_not(refused(list));
	/* in its place already: nothing to cut */
	cr_assert_eq(tracestate_set(list, "k30", "new"), 0);
	cr_assert(has(list, 29));
}

Test(tracestate, set_never_cuts_the_member_it_sets)
{
	_cleanup_buf_ struct buf text = BUF_INIT;
	char list[TRACESTATE_MAX + 1], value[257];

	for (unsigned int i = 0; i < 30; i++) {
		if (i)
			buf_putc(&text, ',');
		put_member(&text, i, 66);
	}
	put_end(&text);
	cr_assert_eq(tracestate_normalize((char *)text.data, list), 0);
	memset(value, 'v', 256);
	value[256] = '\0';
	cr_assert_eq(tracestate_set(list, "ot", value), 0);
	assert_get(list, "ot", value);
	cr_assert(has(list, 0));
	cr_assert_not(has(list, 29));
	cr_assert_leq(strlen(list), TRACESTATE_MAX);
}

/* Lists of random members, mostly good ones, some spoiled by a byte. */
static void random_list(uint64_t *seed, struct buf *ret)
{
	static const char chars[] = "ab01_-*/@ =,\t;:~\x80";
	const size_t members = random_below(seed, 36);

	for (size_t i = 0; i < members; i++) {
		const size_t len = random_below(seed, 200);

		buf_printf(ret, "%s%c%zu=", random_below(seed, 4) ? "" : " ",
			   'a' + (int)random_below(seed, 26), i);
		for (size_t k = 0; k < len; k++)
			buf_putc(ret, (char)('0' + random_below(seed, 10)));
		buf_puts(ret, random_below(seed, 50) ? "v," : "v ,,");
	}
	if (ret->len && random_below(seed, 3) == 0)
		ret->data[random_below(seed, ret->len)] =
			(uint8_t)chars[random_below(seed, sizeof(chars) - 1)];
	put_end(ret);
}

Test(tracestate, what_is_canonical_stays_as_it_is)
{
	uint64_t seed = 32;
	unsigned int good = 0, bad = 0;

	for (int i = 0; i < 10000; i++) {
		_cleanup_buf_ struct buf text = BUF_INIT;
		char once[TRACESTATE_MAX + 1], twice[TRACESTATE_MAX + 1];

		random_list(&seed, &text);
		if (tracestate_normalize((char *)text.data, once) < 0) {
			bad++;
			continue;
		}
		good++;
		cr_assert_leq(strlen(once), TRACESTATE_MAX);
		cr_assert_eq(tracestate_normalize(once, twice), 0, "%s", once);
		cr_assert_str_eq(once, twice);
		cr_assert_eq(tracestate_set(once, "new", "1"), 0);
		assert_get(once, "new", "1");
		cr_assert_eq(tracestate_normalize(once, twice), 0);
		cr_assert_str_eq(once, twice);
	}
	cr_assert_gt(good, 1000);
	cr_assert_gt(bad, 1000);
}
