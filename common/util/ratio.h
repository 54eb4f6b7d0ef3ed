/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ratios from 0 to 1 as people write them, with a decimal point whatever
 * locale the program around us set. */
#ifndef OTEL_UTIL_RATIO_H
#define OTEL_UTIL_RATIO_H

#define RATIO_SIZE 40

/* Reads a plain decimal number of 0 to 1.  Returns 0, or -1 with ret
 * untouched. */
int ratio_parse(const char *text, double *ret);

/* Writes the shortest text that ratio_parse reads as the same number, and a
 * NUL; ret holds RATIO_SIZE bytes. */
void ratio_format(double ratio, char *ret);

#endif
