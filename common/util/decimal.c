/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads and writes numbers; see decimal.h. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* strtod_l */
#endif

#include "util/decimal.h"

#include <locale.h>
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

void decimal_format(double value, bool exponent, char *ret)
{
	locale_t c_locale = newlocale(LC_ALL_MASK, "C", NULL);
	locale_t before = uselocale(c_locale);
	int digits;

	for (digits = exponent; digits <= DIGITS_MAX; digits++) {
		snprintf(ret, DECIMAL_SIZE, exponent ? "%.*g" : "%.*f", digits,
			 value);
		if (strtod(ret, NULL) == value)
			break;
	}
	uselocale(before);
	if (c_locale)
		freelocale(c_locale);
}
