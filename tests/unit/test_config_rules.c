/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SampleRule in otel.conf: the one key that adds up. */
#include "config/config.h"

#include "config_support.h"

#define RULE(text) "SampleRule=" text "\n"

Test(config_rules, refuses_what_is_no_rule_and_says_where)
{
	assert_refused("\nSampleRule=user=a\n",
		       ":2: SampleRule: sample=RATIO is missing");
	assert_refused(RULE("user=a sample=0") "#\n" RULE("user sample=0"),
		       ":3: SampleRule: \"user\" is not of the form "
		       "KEY=PATTERN");
	assert_refused(RULE("\"user=a sample=0\" qos=b"),
		       ":1: SampleRule: more text after the value; put a value "
		       "with blanks in double quotes, and one Key=Value on a "
		       "line");
	assert_refused(RULE("\"sample=0"),
		       ":1: SampleRule: the quote is not closed");
	assert_refused(RULE("user=\001 sample=0"),
		       ":1: SampleRule: the value holds a control character or "
		       "is not UTF-8");
	assert_refused("MaxTracesPerSecond=0.5\n",
		       ":1: MaxTracesPerSecond: \"0.5\" is not a number");
	assert_refused("MaxTracesPerSecond=1000001\n",
		       ":1: MaxTracesPerSecond: \"1000001\" is out of range: 0 "
		       "to 1000000");
}

Test(config_rules, refuses_more_than_it_keeps)
{
	char text[65 * sizeof("SampleRule=sample=1\n") + 1] = "";

	for (int i = 0; i < 64; i++)
		strcat(text, "SampleRule=sample=1\n");
	config_destroy(config_of(text));
	strcat(text, "SampleRule=sample=1\n");
	assert_refused(text, ":65: SampleRule: more than 64 rules");
}

Test(config_rules, add_up_in_their_order)
{
	struct config *config = config_of(
		"SampleRule = partition=debug user=alice sample=0 # x\n"
		"sampleRULE=\"name=a*  sample=0.5\"\n"
		"SampleRule=qos=low, \\\n   sample=1\t\n");

	cr_assert_eq(config->sample_rules.n, 3);
	assert_value(config, "SampleRule",
		     "partition=debug,user=alice,sample=0\n"
		     "name=a*,sample=0.5\n"
		     "qos=low,sample=1");
	config_destroy(config);
}

Test(config_rules, an_empty_value_begins_anew)
{
	struct config *config =
		config_of(RULE("sample=1") RULE("") RULE("sample=0"));

	assert_value(config, "SampleRule", "sample=0");
	config_destroy(config);
	config = config_of(RULE("sample=1") RULE("\"\""));
	assert_value(config, "SampleRule", "");
	cr_assert_null(config->sample_rules.rule);
	config_destroy(config);
}

Test(config_rules, files_add_to_one_another_and_arguments_replace_them)
{
	char *args[] = { (char *)"SampleRule=user=a,sample=0",
			 (char *)"SampleRule=user=b,sample=0" };
	struct config_source source = { .args = args, .n_args = 0 };
	struct config *config = NULL;
	char where[64];
	struct err err;

	config_write("more.conf", RULE("user=y sample=1"));
	config_write("otel.conf",
		     RULE("user=x sample=1") "Include more.conf\n" RULE(
			     "user=z sample=1"));
	source.file = config_path("otel.conf");
	cr_assert_eq(config_load(&source, &config, &err), 0, "%s", err.msg);
	assert_value(config, "SampleRule",
		     "user=x,sample=1\nuser=y,sample=1\nuser=z,sample=1");
	config_destroy(config);
	source.n_args = 2;
	source.file = config_path("otel.conf");
	cr_assert_eq(config_load(&source, &config, &err), 0, "%s", err.msg);
	assert_value(config, "SampleRule", "user=a,sample=0\nuser=b,sample=0");
	config_where(config, config_index("SampleRule"), where, sizeof(where));
	cr_assert_str_eq(where, "plugstack.conf");
	config_destroy(config);
}
