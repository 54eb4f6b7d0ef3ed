/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tracestate: the input is a list, and behind NULs a key and a value to set in
 * it.
 */
#include "fuzz.h"

#include "trace/tracestate.h"

static size_t members(const char *list)
{
	size_t n = *list != '\0';

	for (; *list; list++)
		n += *list == ',';
	return n;
}

static void check_canonical(const char *list)
{
	char again[TRACESTATE_MAX + 1];

	CHECK(strlen(list) <= TRACESTATE_MAX);
	CHECK(members(list) <= TRACESTATE_MEMBERS);
	CHECK(tracestate_normalize(list, again) == 0);
	CHECK(!strcmp(again, list));
}

static void check_set(char *list, const char *key, const char *value)
{
	char before[TRACESTATE_MAX + 1];
	const char *found;
	size_t len;

	strcpy(before, list);
	if (tracestate_set(list, key, value) < 0) {
		CHECK(!strcmp(before, list));
		return;
	}
	check_canonical(list);
	if (!*value) {
		CHECK(!tracestate_get(list, key, &found, &len));
		return;
	}
	/* first, and as it was given */
	CHECK(tracestate_get(list, key, &found, &len));
	CHECK(found == list + strlen(key) + 1);
	CHECK(len == strlen(value) && !memcmp(found, value, len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	_cleanup_free_ char *text = fuzz_take_string(&input);
	_cleanup_free_ char *key = fuzz_take_string(&input);
	_cleanup_free_ char *value = fuzz_take_string(&input);
	char list[TRACESTATE_MAX + 1];

	fuzz_mark(list, sizeof(list));
	if (tracestate_normalize(text, list) < 0) {
		CHECK(fuzz_untouched(list, sizeof(list)));
		list[0] = '\0';
	}
	check_canonical(list);
	check_set(list, key, value);
	return 0;
}
