/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When a lost step ended, from what is known of its death. */
#include <criterion/criterion.h>

#include "agent/orphans.h"

Test(orphan_end, table)
{
	static const struct {
		struct orphan_times times;
		uint64_t end;
		const char *what;
	} cases[] = {
		{ { .touched_ns = 10, .now_ns = 100, .boot_ns = 5 },
		  10,
		  "its own record" },
		{ { .touched_ns = 10,
		    .alive_ns = 20,
		    .now_ns = 100,
		    .boot_ns = 5 },
		  20,
		  "an agent was at work later" },
		{ { .touched_ns = 30,
		    .alive_ns = 20,
		    .now_ns = 100,
		    .boot_ns = 5 },
		  30,
		  "or earlier" },
		{ { .touched_ns = 10,
		    .alive_ns = 20,
		    .seen_ns = 90,
		    .now_ns = 100 },
		  90,
		  "seen" },
		{ { .touched_ns = 95, .seen_ns = 90, .now_ns = 100 },
		  95,
		  "it died after the death that was seen" },
		{ { .touched_ns = 200, .now_ns = 100 }, 100, "not yet" },
		{ { .other_boot = true,
		    .touched_ns = 10,
		    .seen_ns = 90,
		    .boot_ns = 50,
		    .now_ns = 100 },
		  10,
		  "what was seen is another's death" },
		{ { .other_boot = true,
		    .touched_ns = 60,
		    .boot_ns = 50,
		    .now_ns = 100 },
		  50,
		  "not after the boot" },
		{ { .other_boot = true,
		    .touched_ns = 10,
		    .alive_ns = 40,
		    .boot_ns = 50,
		    .now_ns = 100 },
		  40,
		  "the node was up later" },
		{ { .other_boot = true,
		    .touched_ns = 60,
		    .boot_ns = 200,
		    .now_ns = 100 },
		  60,
		  "a boot in the future" },
		{ { 0 }, 0, "nothing" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_assert_eq(orphan_end(&cases[i].times), cases[i].end,
			     "%s: %llu", cases[i].what,
			     (unsigned long long)orphan_end(&cases[i].times));
}
