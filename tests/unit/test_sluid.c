/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SLUIDs as Slurm 25.11 and later print them. */
#include "host/sluid.h"

#include <stddef.h>

#include <criterion/criterion.h>

Test(sluid, what_is_none_is_not_taken)
{
	static const char *const bad[] = {
		"",
		"s",
		"0123456789ABCD",
		"S0000000000001",
		"s000000000001",
		"s00000000000011",
		"s0000000000000",
		"s000000000000U",
		"s000000000000i",
		"s000000000000a",
		"sG000000000000",
		"s00000000 0001",
		"s0000000000001\n",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert_not(sluid_is_valid(bad[i]), "%s", bad[i]);
	cr_assert_not(sluid_is_valid(NULL));
}

Test(sluid, texts_are_those_of_slurm)
{
	static const struct {
		uint64_t sluid;
		const char *text;
	} cases[] = {
		{ 0, "" },
		{ 1, "s0000000000001" },
		{ 31, "s000000000000Z" },
		{ 32, "s0000000000010" },
		{ 0x0123456789abcdefULL, "s028T5CY4TQKFF" },
		{ UINT64_MAX, "sFZZZZZZZZZZZZ" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[SLUID_LEN + 1];

		sluid_format(cases[i].sluid, text);
		cr_assert_str_eq(text, cases[i].text);
		cr_assert_eq(sluid_is_valid(text), cases[i].sluid != 0);
	}
}
