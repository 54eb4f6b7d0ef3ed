/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Durations and clock times; see time_text.h. */
#include "cli/time_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#define SECOND UINT64_C(1000000000)
#define MINUTE UINT64_C(60)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/* Below a minute: three digits, so the third one's place is what we round to.
 */
static const struct step {
	uint64_t below; /* ns, after rounding */
	uint64_t digit; /* ns that the last digit stands for */
	uint64_t unit;  /* ns */
	int decimals;
	const char *name, *ascii;
} steps[] = {
	{ 1000, 1, 1, 0, "ns", "ns" },
	{ 10000, 10, 1000, 2, "\u00b5s", "us" },
	{ 100000, 100, 1000, 1, "\u00b5s", "us" },
	{ 1000000, 1000, 1000, 0, "\u00b5s", "us" },
	{ 10000000, 10000, 1000000, 2, "ms", "ms" },
	{ 100000000, 100000, 1000000, 1, "ms", "ms" },
	{ SECOND, 1000000, 1000000, 0, "ms", "ms" },
	{ 10 * SECOND, SECOND / 100, SECOND, 2, "s", "s" },
	{ 60 * SECOND, SECOND / 10, SECOND, 1, "s", "s" },
};

/* From a minute on: two units. */
static const struct pair {
	uint64_t below;      /* seconds, after rounding */
	uint64_t big, small; /* seconds of each unit */
	char big_name, small_name;
} pairs[] = {
	{ HOUR, MINUTE, 1, 'm', 's' },
	{ DAY, HOUR, MINUTE, 'h', 'm' },
	{ UINT64_MAX, DAY, HOUR, 'd', 'h' },
};

static uint64_t round_to(uint64_t value, uint64_t step)
{
	return (value + step / 2) / step * step;
}

static bool step_text(uint64_t ns, bool utf8, char *ret)
{
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		const struct step *step = &steps[i];
		uint64_t rounded = round_to(ns, step->digit);

		if (rounded >= step->below)
			continue;
		snprintf(ret, TIME_TEXT_SIZE, "%.*f %s", step->decimals,
			 (double)rounded / (double)step->unit,
			 utf8 ? step->name : step->ascii);
		return true;
	}
	return false;
}

static void pair_text(uint64_t seconds, char *ret)
{
	const struct pair *pair = pairs;
	uint64_t rounded;

	while (round_to(seconds, pair->small) >= pair->below)
		pair++;
	rounded = round_to(seconds, pair->small);
	snprintf(ret, TIME_TEXT_SIZE, "%" PRIu64 "%c %02" PRIu64 "%c",
		 rounded / pair->big, pair->big_name,
		 rounded % pair->big / pair->small, pair->small_name);
}

void duration_text(uint64_t ns, bool utf8, char *ret)
{
	if (!ns)
		snprintf(ret, TIME_TEXT_SIZE, "0 s");
	else if (ns >= MINUTE * SECOND || !step_text(ns, utf8, ret))
		pair_text(ns / SECOND + (ns % SECOND >= SECOND / 2), ret);
}

void clock_text(uint64_t ns, char *ret)
{
	time_t seconds = (time_t)(ns / SECOND);
	struct tm tm;

	if (!localtime_r(&seconds, &tm) ||
	    !strftime(ret, TIME_TEXT_SIZE, "%Y-%m-%d %H:%M:%S", &tm))
		snprintf(ret, TIME_TEXT_SIZE, "?");
}
