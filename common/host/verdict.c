/* SPDX-License-Identifier: GPL-2.0-or-later */
/* slurmctld's word to the epilogs; see verdict.h. */
#include "host/verdict.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void trace_verdict_format(uint32_t restart, bool keep, char *ret)
{
	snprintf(ret, VERDICT_SIZE, "%" PRIu32 ":%s", restart,
		 keep ? "keep" : "drop");
}

enum trace_verdict trace_verdict_parse(const char *text, uint32_t restart)
{
	char known[VERDICT_SIZE];

	if (!text)
		return VERDICT_NONE;
	trace_verdict_format(restart, true, known);
	if (!strcmp(text, known))
		return VERDICT_KEEP;
	trace_verdict_format(restart, false, known);
	return strcmp(text, known) ? VERDICT_NONE : VERDICT_DROP;
}
