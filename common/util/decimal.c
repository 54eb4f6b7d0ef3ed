/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads and writes decimal numbers; see decimal.h. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* strtod_l */
#endif

#include "util/decimal.h"

#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_MAX 17 /* tell any two doubles apart */

int decimal_parse(const char *text, double max, double *ret)
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
	if (end == text || *end || value > max)
		return -1;
	*ret = value;
	return 0;
}

static bool same(const char *text, double value)
{
	return strtod(text, NULL) == value;
}

static void format(double value, char *ret)
{
	for (int digits = 0; digits <= DIGITS_MAX; digits++) {
		snprintf(ret, DECIMAL_SIZE, "%.*f", digits, value);
		if (same(ret, value))
			return;
	}
	for (int digits = 1; digits <= DIGITS_MAX; digits++) {
		snprintf(ret, DECIMAL_SIZE, "%.*g", digits, value);
		if (same(ret, value))
			return;
	}
}

void decimal_format(double value, char *ret)
{
	locale_t c_locale = newlocale(LC_ALL_MASK, "C", NULL);
	locale_t before = uselocale(c_locale);

	format(value, ret);
	uselocale(before);
	if (c_locale)
		freelocale(c_locale);
}
