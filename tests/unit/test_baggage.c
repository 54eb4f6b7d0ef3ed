/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Baggage: the grammar, the limits, and what is left out over them. */
#include "trace/baggage.h"

#include <stdbool.h>
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
	char *out = guarded_alloc(BAGGAGE_MAX + 1);
	int r;

	memset(out, '?', BAGGAGE_MAX + 1);
	r = baggage_normalize(text, out);
	if (r == 0)
		return false;
	cr_assert_eq(r, -1);
	for (size_t i = 0; i <= BAGGAGE_MAX; i++)
		cr_assert_eq(out[i], '?');
	return true;
}

/* The canonical form, or NULL; overwritten by the next call. */
static const char *canonical(const char *text)
{
	static char out[BAGGAGE_MAX + 1];

	return baggage_normalize(text, out) < 0 ? NULL : out;
}

static void put_end(struct buf *buf)
{
	buf_putc(buf, '\0');
	cr_assert_not(buf->failed);
}

Test(baggage, refuses_what_is_not_a_list)
{
	static const char *const bad[] = {
		"key",           "=",         "=value",      " = v",
		"a=1,b",         "a=1,=2",    "a b=1",       "a(=1",
		"caf\xc3\xa9=1", "a=1 2",     "a=\"1\"",     "a=1\\2",
		"a=caf\xc3\xa9", "a=1\n",     "a=1\x7f",     "a=%",
		"a=%4",          "a=%4g",     "a=%g4",       "a=%%41",
		"a=1;p=%z1",     "a=1;",      "a=1;;p",      "a=1;=v",
		"a=1;p q",       "a=1;p=q r", "a=1;p=\"q\"", ";p",
		"a;p=1",         ";",         "a=1,b=2;p=%", "\n",
	};

	for (size_t i = 0; i < COUNT(bad); i++)
		cr_assert(refused(bad[i]), "%zu: %s", i, bad[i]);
}

Test(baggage, writes_the_canonical_form)
{
	static const struct {
		const char *in, *out;
	} good[] = {
		{ NULL, "" },
		{ "", "" },
		{ " \t", "" },
		{ " , ,", "" },
		{ "a=1", "a=1" },
		{ "a=", "a=" },
		{ "a= ", "a=" },
		{ "a=1,a=2", "a=1,a=2" },
		{ " a\t= 1 ,\tb = 2 ,, c=3,", "a=1,b=2,c=3" },
		{ "a=b=c==", "a=b=c==" },
		{ "a = b=c", "a=b=c" },
		{ "A!#$%&'*+-.^_`|~9=1", "A!#$%&'*+-.^_`|~9=1" },
		{ "a=DF%2028%c3%A9", "a=DF%2028%c3%A9" },
		{ "key1=value1;property1;property2, key2 = value2, "
		  "key3=value3; propertyKey=propertyValue",
		  "key1=value1;property1;property2,key2=value2,"
		  "key3=value3;propertyKey=propertyValue" },
		{ "a=1 ; p ; q = 2%20 ; r=", "a=1;p;q=2%20;r=" },
	};

	for (size_t i = 0; i < COUNT(good); i++) {
		const char *out = canonical(good[i].in);

		cr_assert_not_null(out, "%zu", i);
		cr_assert_str_eq(out, good[i].out, "%zu", i);
	}
}

Test(baggage, every_byte_in_a_key_and_in_a_value)
{
	for (int c = 1; c < 256; c++) {
		const bool alnum = (c >= '0' && c <= '9') ||
				   (c >= 'A' && c <= 'Z') ||
				   (c >= 'a' && c <= 'z');
		/* the last: not part of it, but what ends or follows it */
		const bool key =
			alnum || strchr("!#$%&'*+-.^_`|~", c) || c == '=';
		const bool value = c > ' ' && c <= '~' && !strchr("\",\\%", c);
		char text[16];

		snprintf(text, sizeof(text), "a%cb=1", c);
		cr_assert_eq(refused(text), !key, "byte %d", c);
		snprintf(text, sizeof(text), "a=1%cb", c);
		cr_assert_eq(refused(text), !value, "byte %d", c);
		snprintf(text, sizeof(text), "a=1;p=1%cb", c);
		cr_assert_eq(refused(text), !value, "byte %d", c);
	}
}

Test(baggage, huge_input_is_refused_unread)
{
	const size_t len = (size_t)10 << 20;
	char *huge = malloc(len + 1);

	memset(huge, ',', len);
	huge[len] = '\0';
	cr_assert(refused(huge));
	free(huge);
	huge = guarded_alloc(BAGGAGE_INPUT_MAX + 1);
	memset(huge, ',', BAGGAGE_INPUT_MAX + 1);
	cr_assert(refused(huge));
	huge[BAGGAGE_INPUT_MAX] = '\0';
	cr_assert_not(refused(huge));
}

Test(baggage, members_over_64_are_left_out_from_the_right)
{
	_cleanup_buf_ struct buf in = BUF_INIT, expected = BUF_INIT;

	for (unsigned int i = 0; i < 80; i++) {
		buf_printf(&in, "%sk%u=v;p", i ? " , " : "", i);
		if (i < 64)
			buf_printf(&expected, "%sk%u=v;p", i ? "," : "", i);
	}
	put_end(&in);
	put_end(&expected);
	cr_assert_str_eq(canonical((char *)in.data), (char *)expected.data);
}

/* a=vv... of len bytes, then more, of which nothing may be cut inside */
static const char *fill(struct buf *ret, size_t len, const char *more)
{
	buf_clear(ret);
	buf_puts(ret, "a=");
	while (ret->len < len)
		buf_putc(ret, 'v');
	buf_puts(ret, more);
	put_end(ret);
	return canonical((char *)ret->data);
}

Test(baggage, members_over_8192_bytes_are_left_out_from_the_right)
{
	_cleanup_buf_ struct buf list = BUF_INIT;

	cr_assert_eq(strlen(fill(&list, BAGGAGE_MAX, "")), BAGGAGE_MAX);
	cr_assert_eq(strlen(fill(&list, BAGGAGE_MAX - 4, ",b=1")), BAGGAGE_MAX);
	cr_assert_eq(strlen(fill(&list, BAGGAGE_MAX - 3, ",b=1")),
		     BAGGAGE_MAX - 3);
	cr_assert_eq(strlen(fill(&list, BAGGAGE_MAX - 6, ",b=1;p=x")),
		     BAGGAGE_MAX - 6);
	/* what follows a member left out is further to the right: out too */
	cr_assert_eq(strlen(fill(&list, BAGGAGE_MAX - 6, ",b=1;p=x,c=1")),
		     BAGGAGE_MAX - 6);
	cr_assert_str_eq(fill(&list, BAGGAGE_MAX + 1, ""), "");
	cr_assert_str_eq(fill(&list, BAGGAGE_MAX + 1, ",b=1"), "");
}

Test(baggage, what_is_left_out_is_checked_too)
{
	_cleanup_buf_ struct buf list = BUF_INIT;

	cr_assert_null(fill(&list, BAGGAGE_MAX, ",b=%"));
	cr_assert_null(fill(&list, BAGGAGE_MAX + 1, ",b"));
	cr_assert_null(fill(&list, BAGGAGE_MAX + 1, ";p=%"));
}

static void random_list(uint64_t *seed, struct buf *ret)
{
	static const char chars[] = "aZ09=,;% \t\"\\~\x80";
	const size_t members = random_below(seed, 80);

	for (size_t i = 0; i < members; i++) {
		const size_t len = random_below(seed, 300);

		buf_printf(ret, "%sk%zu =", i ? "," : "", i);
		for (size_t k = 0; k < len; k++)
			buf_putc(ret, (char)('a' + random_below(seed, 26)));
		if (random_below(seed, 3) == 0)
			buf_puts(ret, "%20 ; p ; q= %41");
	}
	if (ret->len && random_below(seed, 2) == 0)
		ret->data[random_below(seed, ret->len)] =
			(uint8_t)chars[random_below(seed, sizeof(chars) - 1)];
	put_end(ret);
}

Test(baggage, what_is_canonical_stays_as_it_is)
{
	uint64_t seed = 64;
	unsigned int good = 0, bad = 0;

	for (int i = 0; i < 5000; i++) {
		_cleanup_buf_ struct buf text = BUF_INIT;
		char once[BAGGAGE_MAX + 1], twice[BAGGAGE_MAX + 1];

		random_list(&seed, &text);
		if (baggage_normalize((char *)text.data, once) < 0) {
			bad++;
			continue;
		}
		good++;
		cr_assert_null(strpbrk(once, " \t"));
		cr_assert_eq(baggage_normalize(once, twice), 0, "%s", once);
		cr_assert_str_eq(once, twice);
	}
	cr_assert_gt(good, 500);
	cr_assert_gt(bad, 500);
}
