/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hexadecimal: what is refused, what is written, and the way back. */
#include "util/hex.h"

#include <stdbool.h>
#include <string.h>

#include <criterion/criterion.h>

#include "support.h"

static bool is_digit(int c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

Test(hex, refuses_every_other_character_at_every_position)
{
	for (size_t at = 0; at < 8; at++) {
		for (int c = 0; c < 256; c++) {
			char text[] = "01abcdef";
			uint8_t out[4] = { 9, 9, 9, 9 };
			int r;

			text[at] = (char)c;
			r = hex_decode(text, 4, out);
			cr_assert_eq(r, is_digit(c) ? 0 : -1, "byte %d at %zu",
				     c, at);
			if (r < 0)
				cr_assert_arr_eq(out, "\x09\x09\x09\x09", 4);
		}
	}
}

Test(hex, stops_at_the_end_of_a_short_text)
{
	uint8_t out[4];
	const char *text = guarded_copy("0123456", 8);

	cr_assert_eq(hex_decode(text, 4, out), -1);
}

Test(hex, decodes_high_digit_first)
{
	uint8_t out[4];

	cr_assert_eq(hex_decode("01fe9ac0", 4, out), 0);
	cr_assert_arr_eq(out, "\x01\xfe\x9a\xc0", 4);
}

Test(hex, encodes_in_lower_case_and_ends_with_nul)
{
	const uint8_t data[] = { 0x01, 0xfe, 0x9a, 0xc0 };
	char out[10] = "?????????";

	hex_encode(data, sizeof(data), out);
	cr_assert_str_eq(out, "01fe9ac0");
	cr_assert_eq(out[9], '\0');
}

Test(hex, nothing_is_nothing)
{
	char out[2] = { '?', '?' };
	uint8_t byte = 7;

	hex_encode(&byte, 0, out);
	cr_assert_eq(out[0], '\0');
	cr_assert_eq(out[1], '?');
	cr_assert_eq(hex_decode("zz", 0, &byte), 0);
	cr_assert_eq(byte, 7);
}

Test(hex, every_byte_round_trips)
{
	for (int i = 0; i < 256; i++) {
		const uint8_t in = (uint8_t)i;
		uint8_t out = (uint8_t)~i;
		char text[3];

		hex_encode(&in, 1, text);
		cr_assert_eq(hex_decode(text, 1, &out), 0);
		cr_assert_eq(out, in);
	}
}
