/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Users' attributes: the input is a list as it travels, then a NUL and what is
 * given as --trace-attr.
 */
#include "fuzz.h"

#include "trace/user_attrs.h"
#include "util/utf8.h"

static void check(const struct user_attrs *attrs)
{
	char text[USER_ATTRS_TEXT_MAX + 1];
	struct user_attrs again;

	CHECK(attrs->n <= USER_ATTRS_MAX);
	for (size_t i = 0; i < attrs->n; i++) {
		const char *value = attrs->list[i].value;

		CHECK(attrs->list[i].key[0]);
		CHECK(strncmp(attrs->list[i].key, "slurm.", 6) != 0);
		CHECK(utf8_valid(value, strlen(value)));
	}
	user_attrs_format(attrs, text);
	CHECK(user_attrs_parse(text, &again) == 0);
	CHECK(again.n == attrs->n);
	for (size_t i = 0; i < attrs->n; i++) {
		CHECK(!strcmp(again.list[i].key, attrs->list[i].key));
		CHECK(!strcmp(again.list[i].value, attrs->list[i].value));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	_cleanup_free_ char *list = fuzz_take_string(&input);
	_cleanup_free_ char *pair = fuzz_take_string(&input);
	struct user_attrs attrs;
	struct err err = { "" };

	fuzz_mark(&attrs, sizeof(attrs));
	if (user_attrs_parse(list, &attrs) < 0) {
		CHECK(fuzz_untouched(&attrs, sizeof(attrs)));
		memset(&attrs, 0, sizeof(attrs));
	}
	check(&attrs);
	if (user_attrs_add(&attrs, pair, &err) < 0)
		CHECK(*err.msg);
	for (const char *p = err.msg; *p; p++)
		CHECK(*p >= ' ' && *p <= '~');
	check(&attrs);
	return 0;
}
