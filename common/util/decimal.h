/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers that are not negative as people write them, with a decimal point
 * whatever locale the program around us set. */
#ifndef OTEL_UTIL_DECIMAL_H
#define OTEL_UTIL_DECIMAL_H

#include <stdbool.h>

#define DECIMAL_SIZE 40

/* Reads a plain decimal number of 0 to max.  Returns 0, or -1 with ret
 * untouched. */
int decimal_parse(const char *text, double max, double *ret);

/*
 * Writes the shortest text that reads back as the same number, below 1e20, and
 * a NUL; ret holds DECIMAL_SIZE bytes.  exponent: as 1e-05, where that is
 * shorter; else digits alone.
 */
void decimal_format(double value, bool exponent, char *ret);

#endif
