/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parsers and printers of what decides on sampling: the sampler's name and
 * ratio, and rules. */
#include "config/private.h"

#include <stdlib.h>
#include <string.h>

#include "util/decimal.h"

int value_parse_ratio(const struct config_key *key, const char *text,
		      struct config *config, struct err *err)
{
	char quote[CONFIG_QUOTE_SIZE];

	if (decimal_parse(text, 1, value_place(key, config)) < 0)
		return err_set(err, "\"%s\" is not a number from 0 to 1",
			       value_quote(text, quote));
	return 0;
}

void value_print_ratio(const struct config_key *key,
		       const struct config *config, FILE *out)
{
	const double *value = value_place_const(key, config);
	char text[DECIMAL_SIZE];

	decimal_format(*value, true, text);
	fputs(text, out);
}

/* ---- the sampler ------------------------------------------------------- */

static const char *const kinds[] = {
	[SAMPLER_ALWAYS_ON] = "always_on",
	[SAMPLER_ALWAYS_OFF] = "always_off",
	[SAMPLER_TRACEIDRATIO] = "traceidratio",
};

int value_parse_sampler(const struct config_key *key, const char *text,
			struct config *config, struct err *err)
{
	struct sampler *sampler = value_place(key, config);
	char quote[CONFIG_QUOTE_SIZE];

	if (sampler_parse(text, sampler) < 0)
		return err_set(err,
			       "\"%s\" is not known; write always_on, "
			       "always_off or traceidratio, or one of these "
			       "after parentbased_",
			       value_quote(text, quote));
	return 0;
}

void value_print_sampler(const struct config_key *key,
			 const struct config *config, FILE *out)
{
	const struct sampler *sampler = value_place_const(key, config);

	fprintf(out, "%s%s", sampler->parent_based ? "parentbased_" : "",
		kinds[sampler->kind]);
}

/* ---- rules -------------------------------------------------------------- */

void sample_rules_clear(struct sample_rules *rules)
{
	free(rules->rule);
	*rules = (struct sample_rules){ 0 };
}

/* Adds a rule; "" takes away those that are there. */
int value_parse_rules(const struct config_key *key, const char *text,
		      struct config *config, struct err *err)
{
	struct sample_rules *rules = value_place(key, config);
	struct sample_rule rule, *grown;

	if (!*text) {
		sample_rules_clear(rules);
		return 0;
	}
	if (rules->n == CONFIG_RULES_MAX)
		return err_set(err, "more than %d rules", CONFIG_RULES_MAX);
	if (sample_rule_parse(text, &rule, err) < 0)
		return -1;
	grown = reallocarray(rules->rule, rules->n + 1, sizeof(*grown));
	if (!grown)
		return err_set(err, "out of memory");
	grown[rules->n++] = rule;
	rules->rule = grown;
	return 0;
}

/* A rule a line, in their order. */
void value_print_rules(const struct config_key *key,
		       const struct config *config, FILE *out)
{
	const struct sample_rules *rules = value_place_const(key, config);
	char text[SAMPLE_RULE_TEXT_MAX];

	for (size_t i = 0; i < rules->n; i++) {
		sample_rule_format(&rules->rule[i], text);
		fprintf(out, "%s%s", i ? "\n" : "", text);
	}
}
