/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers as people write them, with a decimal point whatever locale the
 * program around us set. */
#ifndef OTEL_UTIL_DECIMAL_H
#define OTEL_UTIL_DECIMAL_H

#define DECIMAL_SIZE 64

/* Reads a plain decimal number of 0 to max.  Returns 0, or -1 with ret
 * untouched. */
int decimal_parse(const char *text, double max, double *ret);

/* Writes the shortest text that decimal_parse reads as the same number, which
 * is from 0 to 1e15, without an exponent where it can be; and a NUL.  ret holds
 * DECIMAL_SIZE bytes. */
void decimal_format(double value, char *ret);

#endif
