/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UTF-8: every kind of ill-formed text, and how many U+FFFD stand for it. */
#include "util/utf8.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <criterion/criterion.h>

#include "support.h"

#define R "\xef\xbf\xbd" /* U+FFFD */

static const struct {
	const char *what, *in, *repaired;
} ill_formed[] = {
	/* Unicode 15, section 3.9, tables 3-8 to 3-11 */
	{ "overlong", "\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41",
	  R R R R R R R R "A" },
	{ "surrogates", "\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41",
	  R R R R R R R R "A" },
	{ "other", "\xf4\x91\x92\x93\xff\x41\x80\xbf\x42",
	  R R R R R "A" R R "B" },
	{ "truncated", "\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41", R R R R "A" },
	/* each lead byte's bounds */
	{ "C1 is no lead", "\xc1\xbf", R R },
	{ "E0 9F", "\xe0\x9f\xbf", R R R },
	{ "first surrogate", "\xed\xa0\x80", R R R },
	{ "last surrogate", "\xed\xbf\xbf", R R R },
	{ "F0 8F", "\xf0\x8f\xbf\xbf", R R R R },
	{ "above U+10FFFF", "\xf4\x90\x80\x80", R R R R },
	{ "F5", "\xf5\x80\x80\x80", R R R R },
	{ "F8, five bytes", "\xf8\x88\x80\x80\x80", R R R R R },
	{ "FC, six bytes", "\xfc\x84\x80\x80\x80\x80", R R R R R R },
	{ "FE FF", "\xfe\xff", R R },
	/* cut after each byte, at the end and inside */
	{ "two of two", "\xc3", R },
	{ "two of three", "\xe2\x82", R },
	{ "one of three", "\xe2", R },
	{ "three of four", "\xf0\x9f\x98", R },
	{ "two of four", "\xf0\x9f", R },
	{ "one of four", "\xf0", R },
	{ "two, then ASCII", "\xc3x", R "x" },
	{ "three, then a lead", "\xe2\x82\xc3\xa9", R "\xc3\xa9" },
	{ "four, then ASCII", "\xf0\x9f\x98x", R "x" },
	{ "four, then four", "\xf0\x9f\x98\xf0\x9f\x98\x80",
	  R "\xf0\x9f\x98\x80" },
	{ "lone continuation",
	  "a\x80"
	  "b",
	  "a" R "b" },
	{ "latin-1", "caf\xe9", "caf" R },
};

static const char *const well_formed[] = {
	"",
	"plain",
	"\x7f",
	"\xc2\x80",
	"\xdf\xbf",
	"\xe0\xa0\x80",
	"\xed\x9f\xbf",
	"\xee\x80\x80",
	"\xef\xbf\xbf",
	"\xf0\x90\x80\x80",
	"\xf4\x8f\xbf\xbf",
	"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80",
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

Test(utf8, ill_formed_text_is_refused_and_repaired)
{
	for (size_t i = 0; i < COUNT(ill_formed); i++) {
		const size_t len = strlen(ill_formed[i].in);
		const char *in = guarded_copy(ill_formed[i].in, len);
		char *out = guarded_alloc(3 * len + 1);
		size_t n;

		cr_assert_not(utf8_valid(in, len), "%s", ill_formed[i].what);
		n = utf8_repair(in, len, 0, out);
		cr_assert_str_eq(out, ill_formed[i].repaired, "%s",
				 ill_formed[i].what);
		cr_assert_eq(n, strlen(out));
		cr_assert(utf8_valid(out, n));
	}
}

Test(utf8, well_formed_text_is_accepted_and_kept)
{
	for (size_t i = 0; i < COUNT(well_formed); i++) {
		const size_t len = strlen(well_formed[i]);
		const char *in = guarded_copy(well_formed[i], len);
		char *out = guarded_alloc(3 * len + 1);

		cr_assert(utf8_valid(in, len), "%zu", i);
		cr_assert_eq(utf8_repair(in, len, 0, out), len, "%zu", i);
		cr_assert_str_eq(out, well_formed[i], "%zu", i);
	}
}

Test(utf8, a_nul_byte_is_text)
{
	char out[16];

	cr_assert(utf8_valid("a\0b", 3));
	cr_assert_eq(utf8_repair("a\0b", 3, 0, out), 3);
	cr_assert_arr_eq(out, "a\0b", 4);
}

static size_t encode(uint32_t c, char *ret)
{
	if (c < 0x80) {
		ret[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		ret[0] = (char)(0xc0 | c >> 6);
		ret[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		ret[0] = (char)(0xe0 | c >> 12);
		ret[1] = (char)(0x80 | (c >> 6 & 0x3f));
		ret[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	ret[0] = (char)(0xf0 | c >> 18);
	ret[1] = (char)(0x80 | (c >> 12 & 0x3f));
	ret[2] = (char)(0x80 | (c >> 6 & 0x3f));
	ret[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

Test(utf8, every_code_point_is_judged_rightly)
{
	for (uint32_t c = 0; c < 0x120000; c++) {
		char text[4];
		const size_t len = encode(c, text);
		const bool good = c < 0x110000 && (c < 0xd800 || c > 0xdfff);

		cr_assert_eq(utf8_valid(text, len), good, "U+%04X", c);
	}
}

Test(utf8, a_limit_counts_code_points_and_cuts_between_them)
{
	const char *text = "a\xc3\xa9\xf0\x9f\x98\x80\xffz";
	static const char *const cut[] = {
		"a",
		"a\xc3\xa9",
		"a\xc3\xa9\xf0\x9f\x98\x80",
		"a\xc3\xa9\xf0\x9f\x98\x80" R,
		"a\xc3\xa9\xf0\x9f\x98\x80" R "z",
		"a\xc3\xa9\xf0\x9f\x98\x80" R "z",
	};

	for (size_t i = 0; i < COUNT(cut); i++) {
		char out[64];

		cr_assert_eq(utf8_repair(text, strlen(text), i + 1, out),
			     strlen(cut[i]));
		cr_assert_str_eq(out, cut[i]);
	}
}

Test(utf8, anything_repaired_is_valid_and_stays_as_it_is)
{
	uint64_t seed = 8;

	for (int i = 0; i < 20000; i++) {
		char in[24], out[3 * sizeof(in) + 1],
			again[3 * sizeof(out) + 1];
		const size_t len = random_below(&seed, sizeof(in) + 1);
		const size_t max = random_below(&seed, 12);
		size_t n;

		random_bytes(&seed, in, len);
		/* lead and continuation bytes more often than chance has it */
		for (size_t k = 0; k < len; k++)
			if (random_below(&seed, 2))
				in[k] = (char)(in[k] | 0x80);
		n = utf8_repair(in, len, max, out);
		cr_assert(utf8_valid(out, n));
		cr_assert_eq(utf8_repair(out, n, max, again), n);
		cr_assert_arr_eq(again, out, n + 1);
		if (!max && utf8_valid(in, len))
			cr_assert_arr_eq(out, in, len);
	}
}

__attribute__((format(printf, 3, 4))) static void print(char *ret, size_t size,
							const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	utf8_vprint(ret, size, fmt, ap);
	va_end(ap);
}

Test(utf8, what_is_printed_is_cut_between_characters)
{
	/* ends of characters: 1, 3, 6, 10 */
	const char *text = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80";
	static const size_t fits[] = { 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10 };

	for (size_t room = 0; room < COUNT(fits); room++) {
		char out[COUNT(fits) + 1];

		print(out, room + 1, "%s", text);
		cr_assert_eq(strlen(out), fits[room], "%zu", room);
		cr_assert_eq(memcmp(out, text, fits[room]), 0);
	}
}

/* It is not for print to repair what is no UTF-8. */
Test(utf8, what_is_no_character_is_printed_as_it_is)
{
	static const char *const texts[] = { "\x80\x80\x80\x80", "\xff\xff",
					     "ab\x80" };

	for (size_t i = 0; i < COUNT(texts); i++) {
		char out[8];

		print(out, strlen(texts[i]) + 1, "%sx", texts[i]);
		cr_assert_str_eq(out, texts[i]);
	}
}
