/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules of SampleRule: what is refused, what is read, what matches. */
#include "trace/sample_rule.h"

#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "util/decimal.h"

static struct sample_rule rule;
static struct err err;

/* ---- reading ------------------------------------------------------------ */

static void refuse(const char *text, const char *said)
{
	struct sample_rule before;

	memset(&rule, 0x5a, sizeof(rule));
	before = rule;
	cr_assert_eq(sample_rule_parse(text, &rule, &err), -1, "%s", text);
	cr_assert_str_eq(err.msg, said, "%s: %s", text, err.msg);
	cr_assert(!memcmp(&before, &rule, sizeof(rule)));
}

static void read_as(const char *text, const char *want)
{
	char shown[SAMPLE_RULE_TEXT_MAX];

	cr_assert_eq(sample_rule_parse(text, &rule, &err), 0, "%s: %s", text,
		     err.msg);
	sample_rule_format(&rule, shown);
	cr_assert_str_eq(shown, want, "%s: %s", text, shown);
	/* what is shown reads as the same */
	cr_assert_eq(sample_rule_parse(shown, &rule, &err), 0);
}

Test(sample_rule, refuses_what_is_no_rule)
{
	refuse("", "sample=RATIO is missing");
	refuse(" ,\t,", "sample=RATIO is missing");
	refuse("user=a", "sample=RATIO is missing");
	refuse("0.5", "\"0.5\" is not of the form KEY=PATTERN");
	refuse("user=a alice sample=1",
	       "\"alice\" is not of the form KEY=PATTERN");
	refuse("cluster=x sample=1",
	       "\"cluster\" is not known; write partition, account, user, qos, "
	       "name or sample");
	refuse("=x sample=1", "\"\" is not known; write partition, account, "
			      "user, qos, name or sample");
	refuse("users=x sample=1",
	       "\"users\" is not known; write partition, account, user, qos, "
	       "name or sample");
	refuse("user= sample=1", "user= has no pattern; * stands for any");
	refuse("user=a,USER=b,sample=1", "user= is given twice");
	refuse("sample=1 sample=1", "sample= is given twice");
}

Test(sample_rule, refuses_what_is_no_ratio)
{
	static const char *const bad[] = { "",    "-1",  "1.1", "x",
					   "1x",  "nan", "inf", "0x1",
					   "1%%", "+1",  "1=1", "0..1" };
	char text[128], said[128];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(text, sizeof(text), "sample=%s user=a", bad[i]);
		snprintf(said, sizeof(said),
			 "sample=%s is not a number from 0 to 1", bad[i]);
		refuse(text, said);
	}
}

Test(sample_rule, bounds_a_pattern)
{
	char text[2 * SAMPLE_PATTERN_MAX + 64];
	char pattern[SAMPLE_PATTERN_MAX + 2];

	memset(pattern, '*', sizeof(pattern));
	pattern[SAMPLE_PATTERN_MAX] = '\0';
	snprintf(text, sizeof(text), "sample=0,name=%s", pattern);
	cr_assert_eq(sample_rule_parse(text, &rule, &err), 0);
	strcat(text, "*");
	refuse(text, "the pattern of name= is longer than 64 bytes");
	snprintf(text, sizeof(text), "sample=0.%s%s", "00000000000000000000",
		 "0000000000000000000000000000000000000000000000001");
	refuse(text, "sample=0.000000000000000000000000000000000000000000000000"
		     "00000000000000 is not a number from 0 to 1");
}

Test(sample_rule, reads_rules_however_they_are_written)
{
	read_as("partition=debug user=alice sample=0",
		"partition=debug,user=alice,sample=0");
	read_as(" ,sample=.50\t,, Name=a=b ", "name=a=b,sample=0.5");
	read_as("SAMPLE=1e-3", "sample=0.001");
	read_as("qos=[!n]* account=p?* sample=1",
		"account=p?*,qos=[!n]*,sample=1");
}

/* ---- matching ----------------------------------------------------------- */

static const char *values[SAMPLE_KEYS];
static unsigned int asked[SAMPLE_KEYS];

static const char *value_of(enum sample_key key, void *arg)
{
	cr_assert_eq(arg, values);
	asked[key]++;
	return values[key];
}

static bool matches(const char *text)
{
	cr_assert_eq(sample_rule_parse(text, &rule, &err), 0, "%s: %s", text,
		     err.msg);
	memset(asked, 0, sizeof(asked));
	return sample_rule_matches(&rule, value_of, values);
}

Test(sample_rule, what_a_job_does_not_have_matches_nothing)
{
	cr_assert_not(matches("account=* sample=1"));
	values[SAMPLE_ACCOUNT] = "";
	cr_assert_not(matches("account=* sample=1"));
	values[SAMPLE_PARTITION] = ",,";
	cr_assert_not(matches("partition=* sample=1"));
}

Test(sample_rule, all_conditions_must_hold)
{
	values[SAMPLE_USER] = "alice";
	values[SAMPLE_NAME] = "train 7";
	cr_assert(matches("sample=1"));
	cr_assert(matches("user=alice sample=1"));
	cr_assert_not(matches("user=Alice sample=1"));
	cr_assert_not(matches("user=alic sample=1"));
	cr_assert(matches("user=a* name=train?[0-9] sample=1"));
	cr_assert_not(matches("user=a* name=train sample=1"));
	cr_assert_not(matches("user=b* name=* sample=1"));
	cr_assert_eq(asked[SAMPLE_USER], 1);
	/* the name service is asked only when all else holds */
	matches("user=alice name=x sample=1");
	cr_assert_eq(asked[SAMPLE_USER], 0);
	matches("name=train* sample=1");
	cr_assert_eq(asked[SAMPLE_USER], 0);
}

Test(sample_rule, of_several_partitions_one_matches)
{
	values[SAMPLE_PARTITION] = "long,gpu-a,,debug";
	cr_assert(matches("partition=long sample=1"));
	cr_assert(matches("partition=gpu-* sample=1"));
	cr_assert(matches("partition=debug sample=1"));
	cr_assert_not(matches("partition=long*debug sample=1"));
	cr_assert_not(matches("partition=short sample=1"));
	/* a name with a comma in it is one name all the same */
	values[SAMPLE_NAME] = "a,b";
	cr_assert(matches("name=a?b sample=1"));
	cr_assert_not(matches("name=a sample=1"));
}

Test(sample_rule, hostile_values)
{
	static char text[70000];

	values[SAMPLE_NAME] = values[SAMPLE_PARTITION] = text;
	memset(text, 'a', SAMPLE_VALUE_MAX);
	cr_assert(matches("name=*a partition=*a sample=1"));
	/* what fnmatch takes longest for */
	cr_assert_not(
		matches("name=*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b sample=1"));
	text[SAMPLE_VALUE_MAX] = 'a';
	cr_assert_not(matches("name=*a sample=1"));
	cr_assert_not(matches("partition=*a sample=1"));
	memset(text, 'a', sizeof(text) - 1);
	cr_assert_not(matches("name=* sample=1"));
	/* any number of partitions: only so many are looked at */
	memset(text, 0, sizeof(text));
	for (int i = 0; i < SAMPLE_PARTITIONS_MAX; i++)
		strcat(text, "x,");
	strcat(text, "y");
	cr_assert_not(matches("partition=y sample=1"));
	cr_assert(matches("partition=x sample=1"));
	strcpy(text, "\001\377%n\n*[\\");
	cr_assert(matches("name=*%n* sample=1"));
	cr_assert_not(matches("name=*%s* sample=1"));
}

/* ---- ratios ------------------------------------------------------------- */

Test(sample_rule, ratios_are_shown_as_they_are_read)
{
	static const char *const texts[] = { "0",      "1",           "0.1",
					     "1e-05",  "0.333",       "0.25",
					     "1e-300", "0.0123456789" };
	char text[DECIMAL_SIZE];
	double ratio;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		cr_assert_eq(decimal_parse(texts[i], 1, &ratio), 0);
		decimal_format(ratio, true, text);
		cr_assert_str_eq(text, texts[i]);
	}
	cr_assert_eq(decimal_parse("1.1", 1, &ratio), -1);
	cr_assert_eq(decimal_parse("12.50", 13, &ratio), 0);
	decimal_format(ratio, false, text);
	cr_assert_str_eq(text, "12.5");
	decimal_format(0.00001, false, text);
	cr_assert_str_eq(text, "0.00001");
}
