/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Baggage: the input is the list. */
#include "fuzz.h"

#include "trace/baggage.h"

static void check_canonical(const char *list)
{
	char again[BAGGAGE_MAX + 1];
	size_t members = *list != '\0';

	for (const char *p = list; *p; p++) {
		CHECK(*p > ' ' && *p <= '~');
		members += *p == ',';
	}
	CHECK(strlen(list) <= BAGGAGE_MAX);
	CHECK(members <= BAGGAGE_MEMBERS);
	CHECK(baggage_normalize(list, again) == 0);
	CHECK(!strcmp(again, list));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = fuzz_copy(data, size);
	char list[BAGGAGE_MAX + 1];

	fuzz_mark(list, sizeof(list));
	if (baggage_normalize(text, list) < 0)
		CHECK(fuzz_untouched(list, sizeof(list)));
	else
		check_canonical(list);
	return 0;
}
