/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads rules and holds jobs against them; see sample_rule.h. */
#include "trace/sample_rule.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "util/decimal.h"
#include "util/slice.h"

#define SEPARATORS " \t,"
#define RATIO_KEY "sample"

static const char *const names[SAMPLE_KEYS] = {
	[SAMPLE_PARTITION] = "partition", [SAMPLE_ACCOUNT] = "account",
	[SAMPLE_USER] = "user",           [SAMPLE_QOS] = "qos",
	[SAMPLE_NAME] = "name",
};

_Static_assert(SAMPLE_KEYS *(sizeof("partition=,") + SAMPLE_PATTERN_MAX) +
			       sizeof(RATIO_KEY "=") + DECIMAL_SIZE <=
		       SAMPLE_RULE_TEXT_MAX,
	       "a rule must fit into its text");

/* ---- reading ------------------------------------------------------------ */

static bool is_word(struct slice slice, const char *word)
{
	return slice.len == strlen(word) &&
	       strncasecmp(slice.p, word, slice.len) == 0;
}

/* For messages: never more than fits, and nothing that is no text comes here,
 * because the loader refused that. */
static int shown(struct slice slice)
{
	return slice.len > SAMPLE_PATTERN_MAX ? SAMPLE_PATTERN_MAX
					      : (int)slice.len;
}

static int set_ratio(struct slice value, struct sample_rule *rule, bool *has,
		     struct err *err)
{
	char text[SAMPLE_PATTERN_MAX + 1];

	if (*has)
		return err_set(err, "sample= is given twice");
	snprintf(text, sizeof(text), "%.*s", shown(value), value.p);
	if (value.len > SAMPLE_PATTERN_MAX ||
	    decimal_parse(text, 1, &rule->ratio) < 0)
		return err_set(err, "sample=%s is not a number from 0 to 1",
			       text);
	*has = true;
	return 0;
}

static int set_pattern(enum sample_key key, struct slice value,
		       struct sample_rule *rule, struct err *err)
{
	if (rule->pattern[key][0])
		return err_set(err, "%s= is given twice", names[key]);
	if (!value.len)
		return err_set(err, "%s= has no pattern; * stands for any",
			       names[key]);
	if (value.len > SAMPLE_PATTERN_MAX)
		return err_set(err,
			       "the pattern of %s= is longer than %d bytes",
			       names[key], SAMPLE_PATTERN_MAX);
	memcpy(rule->pattern[key], value.p, value.len);
	rule->pattern[key][value.len] = '\0';
	return 0;
}

static int read_word(struct slice value, struct sample_rule *rule,
		     bool *has_ratio, struct err *err)
{
	const struct slice word = value;
	struct slice name;

	slice_split(&value, '=', &name);
	if (!value.p)
		return err_set(err, "\"%.*s\" is not of the form KEY=PATTERN",
			       shown(word), word.p);
	if (is_word(name, RATIO_KEY))
		return set_ratio(value, rule, has_ratio, err);
	for (enum sample_key key = 0; key < SAMPLE_KEYS; key++)
		if (is_word(name, names[key]))
			return set_pattern(key, value, rule, err);
	return err_set(err,
		       "\"%.*s\" is not known; write partition, account, user, "
		       "qos, name or sample",
		       shown(name), name.p);
}

int sample_rule_parse(const char *text, struct sample_rule *ret,
		      struct err *err)
{
	struct sample_rule rule = { 0 };
	bool has_ratio = false;

	for (text += strspn(text, SEPARATORS); *text;
	     text += strspn(text, SEPARATORS)) {
		const struct slice word = { text, strcspn(text, SEPARATORS) };

		if (read_word(word, &rule, &has_ratio, err) < 0)
			return -1;
		text += word.len;
	}
	if (!has_ratio)
		return err_set(err, "sample=RATIO is missing");
	*ret = rule;
	return 0;
}

void sample_rule_format(const struct sample_rule *rule, char *ret)
{
	char ratio[DECIMAL_SIZE];

	for (enum sample_key key = 0; key < SAMPLE_KEYS; key++)
		if (rule->pattern[key][0])
			ret += sprintf(ret, "%s=%s,", names[key],
				       rule->pattern[key]);
	decimal_format(rule->ratio, true, ratio);
	sprintf(ret, RATIO_KEY "=%s", ratio);
}

/* ---- matching ----------------------------------------------------------- */

static bool one_matches(const char *pattern, const char *value)
{
	return strnlen(value, SAMPLE_VALUE_MAX + 1) <= SAMPLE_VALUE_MAX &&
	       fnmatch(pattern, value, 0) == 0;
}

static bool any_matches(const char *pattern, const char *list)
{
	struct slice rest = { list, strnlen(list, SAMPLE_VALUE_MAX + 1) };
	char item[SAMPLE_VALUE_MAX + 1];
	struct slice next;

	if (rest.len > SAMPLE_VALUE_MAX)
		return false;
	for (int n = 0; n < SAMPLE_PARTITIONS_MAX; n++) {
		if (!slice_split(&rest, ',', &next))
			return false;
		memcpy(item, next.p, next.len);
		item[next.len] = '\0';
		if (next.len && fnmatch(pattern, item, 0) == 0)
			return true;
	}
	return false;
}

bool sample_rule_matches(const struct sample_rule *rule, sample_value_fn *value,
			 void *arg)
{
	for (enum sample_key key = 0; key < SAMPLE_KEYS; key++) {
		const char *pattern = rule->pattern[key];
		const char *text;

		if (!*pattern)
			continue;
		text = value(key, arg);
		if (!text || !*text)
			return false;
		if (key == SAMPLE_PARTITION ? !any_matches(pattern, text)
					    : !one_matches(pattern, text))
			return false;
	}
	return true;
}
