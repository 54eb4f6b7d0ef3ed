/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parsers and printers of what a sampler is made of, its name and its ratio,
 * and of other plain numbers.  They have a decimal point whatever locale the
 * program around us set.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* strtod_l */
#endif

#include "config/private.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

/* As strtod, but only plain decimal numbers that are not negative. */
static int parse_decimal(const char *text, double *ret)
{
	size_t len = strspn(text, "0123456789.eE+-");
	locale_t c_locale;
	double value;
	char *end;

	if (text[len] || !strchr("0123456789.", *text))
		return -1;
	c_locale = newlocale(LC_ALL_MASK, "C", NULL);
	if (!c_locale)
		return -1;
	value = strtod_l(text, &end, c_locale);
	freelocale(c_locale);
	if (end == text || *end)
		return -1;
	*ret = value;
	return 0;
}

int value_parse_ratio(const struct config_key *key, const char *text,
		      struct config *config, struct err *err)
{
	char quote[CONFIG_QUOTE_SIZE];
	double value;

	if (parse_decimal(text, &value) < 0 || value > 1)
		return err_set(err, "\"%s\" is not a number from 0 to 1",
			       value_quote(text, quote));
	*(double *)value_place(key, config) = value;
	return 0;
}

static void print_decimal(double value, bool exponent, FILE *out)
{
	locale_t c_locale = newlocale(LC_ALL_MASK, "C", NULL);
	locale_t before = uselocale(c_locale);
	char text[40] = "";
	int precision;

	/* the shortest form that reads back as the same number */
	for (precision = exponent; precision <= 17; precision++) {
		if (exponent)
			snprintf(text, sizeof(text), "%.*g", precision, value);
		else
			snprintf(text, sizeof(text), "%.*f", precision, value);
		if (strtod(text, NULL) == value)
			break;
	}
	fputs(text, out);
	uselocale(before);
	if (c_locale)
		freelocale(c_locale);
}

void value_print_ratio(const struct config_key *key,
		       const struct config *config, FILE *out)
{
	const double *value = value_place_const(key, config);

	print_decimal(*value, true, out);
}

int value_parse_amount(const struct config_key *key, const char *text,
		       struct config *config, struct err *err)
{
	char quote[CONFIG_QUOTE_SIZE];
	double value = 0;

	if (*text && (parse_decimal(text, &value) < 0 || value > 1e15))
		return err_set(err, "\"%s\" is not a number from 0 up",
			       value_quote(text, quote));
	*(double *)value_place(key, config) = value;
	return 0;
}

void value_print_amount(const struct config_key *key,
			const struct config *config, FILE *out)
{
	const double *value = value_place_const(key, config);

	if (*value > 0)
		print_decimal(*value, false, out);
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
