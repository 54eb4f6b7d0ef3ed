/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Times and durations as people read them. */
#ifndef OTEL_CLI_TIME_TEXT_H
#define OTEL_CLI_TIME_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TIME_TEXT_SIZE 48

/*
 * A duration to three digits with the unit that suits it, rounded to the
 * nearest: "850 us" (with a micro sign when utf8), "12.3 ms", "1.42 s"; from
 * a minute on "3m 05s", "2h 14m", "3d 04h".  Writes at most TIME_TEXT_SIZE
 * bytes to ret.
 */
void duration_text(uint64_t ns, bool utf8, char *ret);

/* Unix nanoseconds as local time, "2026-03-05 14:02:11". */
void clock_text(uint64_t ns, char *ret);

#endif
