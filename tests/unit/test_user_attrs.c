/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Users' attributes: what is refused, what travels, and what comes back. */
#include "trace/user_attrs.h"

#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "util/percent.h"

static struct user_attrs attrs;
static struct err err;

static void refuses(const char *pair, const char *why)
{
	const struct user_attrs before = attrs;

	cr_assert_eq(user_attrs_add(&attrs, pair, &err), -1, "%s", pair);
	cr_assert(strstr(err.msg, why), "%s: %s", pair, err.msg);
	cr_assert_eq(memcmp(&attrs, &before, sizeof(attrs)), 0);
}

static void takes(const char *pair)
{
	cr_assert_eq(user_attrs_add(&attrs, pair, &err), 0, "%s: %s", pair,
		     err.msg);
}

static const char *text(void)
{
	static char text[USER_ATTRS_TEXT_MAX + 1];

	user_attrs_format(&attrs, text);
	return text;
}

Test(user_attrs, refuses_what_is_no_pair)
{
	static const char *const bad[] = {
		"",     "=",     "key",         "=value", "Key=x", "1key=x",
		".k=x", "k y=x", "k\xc3\xa4=x", "k%=x",   " k=x",  "k =x",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refuses(bad[i], "give it as key=value");
}

Test(user_attrs, refuses_reserved_keys)
{
	static const char *const bad[] = {
		"slurm.job.id", "slurm_otel.x", "service.name", "telemetry.a",
		"host.name",    "process.pid",  "user.id",      "error.type",
		"otel.x",       "slurm",        "error",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char pair[64];

		snprintf(pair, sizeof(pair), "%s=x", bad[i]);
		refuses(pair, "is reserved");
	}
	takes("slurmy=1");
	takes("hostname=1");
	takes("user_name=1");
}

Test(user_attrs, refuses_what_is_too_long)
{
	char pair[512];

	memset(pair, 'k', sizeof(pair));
	strcpy(pair + USER_ATTR_KEY_MAX + 1, "=x");
	refuses(pair, "longer than 64");
	strcpy(pair + USER_ATTR_KEY_MAX, "=x");
	takes(pair);
	memset(pair, 'v', sizeof(pair));
	memcpy(pair, "k=", 2);
	pair[2 + USER_ATTR_VALUE_MAX + 1] = '\0';
	refuses(pair, "longer than 256");
	pair[2 + USER_ATTR_VALUE_MAX] = '\0';
	takes(pair);
}

Test(user_attrs, refuses_what_is_no_clean_text)
{
	static const char *const bad[] = { "k=\xff",     "k=a\nb",
					   "k=\x1b[31m", "k=\x7f",
					   "k=\xc2\x9b", "k=\xed\xa0\x80",
					   "k=\xc2" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refuses(bad[i], "control character");
	for (const char *p = err.msg; *p; p++)
		cr_assert(*p >= ' ' && *p < 0x7f);
}

Test(user_attrs, refuses_more_than_fit)
{
	char pair[USER_ATTR_VALUE_MAX + 32];

	for (int i = 0; i < USER_ATTRS_MAX; i++) {
		snprintf(pair, sizeof(pair), "k%d=v", i);
		takes(pair);
	}
	refuses("another=v", "16 attributes at most");
	takes("k3=w");
	/* each byte becomes three */
	for (int i = 0; i < 5; i++) {
		snprintf(pair, sizeof(pair), "k%d=%*s", i, USER_ATTR_VALUE_MAX,
			 "");
		takes(pair);
	}
	snprintf(pair, sizeof(pair), "k5=%*s", USER_ATTR_VALUE_MAX, "");
	refuses(pair, "longer than 4096");
	cr_assert_leq(strlen(text()), USER_ATTRS_TEXT_MAX);
}

Test(user_attrs, come_back_as_they_went)
{
	struct user_attrs again;

	cr_assert_str_eq(text(), "");
	takes("team=physics");
	takes("note=a,b=c;d \"e\" 100% \xc3\xa4\\");
	takes("empty=");
	takes("team=chemistry");
	cr_assert_str_eq(text(), "team=chemistry,note=a%2Cb=c%3Bd%20%22e%22%"
				 "20100%25%20%C3%A4%5C,empty=");
	cr_assert_eq(user_attrs_parse(text(), &again), 0);
	cr_assert_eq(memcmp(&again, &attrs, sizeof(attrs)), 0);
}

Test(user_attrs, nothing_is_none)
{
	takes("k=v");
	cr_assert_eq(user_attrs_parse(NULL, &attrs), 0);
	cr_assert_eq(attrs.n, 0);
	takes("k=v");
	cr_assert_eq(user_attrs_parse("", &attrs), 0);
	cr_assert_eq(attrs.n, 0);
}

Test(user_attrs, a_list_is_good_or_bad_as_a_whole)
{
	static const char *const bad[] = {
		"k",      ",k=v",        "k=v,,l=w", "k=%",           "k=%4",
		"k=%zz",  "k=%00",       "k=%0a",    "k=v,slurm.x=1", "k=v,K=w",
		"k=\xff", "%73lurm.x=1",
	};
	char large[USER_ATTRS_TEXT_MAX + 2];

	takes("kept=1");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert_eq(user_attrs_parse(bad[i], &attrs), -1, "%s",
			     bad[i]);
	memset(large, 'x', sizeof(large) - 1);
	memcpy(large, "k=", 2);
	large[sizeof(large) - 1] = '\0';
	cr_assert_eq(user_attrs_parse(large, &attrs), -1);
	cr_assert_str_eq(text(), "kept=1");
}

/* Short as it came, and longer than may travel when it is written again. */
Test(user_attrs, a_list_must_fit_when_it_travels_on)
{
	char list[USER_ATTRS_TEXT_MAX + 1] = "";
	char *end = list;

	for (int i = 0; i < 6; i++)
		end += sprintf(end, "%sk%d=%*s", i ? "," : "", i,
			       USER_ATTR_VALUE_MAX, "");
	cr_assert_eq(user_attrs_parse(list, &attrs), -1);
}

/* ---- percent-encoding --------------------------------------------------- */

Test(percent, does_not_write_beyond_its_buffer)
{
	char out[8] = "#######";

	cr_assert_eq(percent_encode("ab%", out, 5), -1);
	cr_assert_str_eq(out, "#######");
	cr_assert_eq(percent_encode("ab%", out, 6), 5);
	cr_assert_str_eq(out, "ab%25");
	strcpy(out, "#######");
	cr_assert_eq(percent_decode("a%42c", 5, out, 3), -1);
	cr_assert_str_eq(out, "#######");
	cr_assert_eq(percent_decode("a%42c", 5, out, 4), 3);
	cr_assert_str_eq(out, "aBc");
	cr_assert_eq(percent_decode("%4", 2, out, 8), -1);
	cr_assert_eq(percent_decode("%4g", 3, out, 8), -1);
	cr_assert_eq(percent_decode("%00", 3, out, 8), -1);
	cr_assert_eq(percent_decode("a%42c", 2, out, 8), -1);
	cr_assert_eq(percent_decode("", 0, out, 1), 0);
}
