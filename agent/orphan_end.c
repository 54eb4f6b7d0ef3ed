/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last moment at which a lost step is known to have lived. */
#include "orphans.h"

uint64_t orphan_end(const struct orphan_times *times)
{
	uint64_t end = times->touched_ns, limit = times->now_ns;

	if (times->alive_ns > end)
		end = times->alive_ns;
	if (times->other_boot) {
		/* whoever saw it die did so before the node went down */
		if (times->boot_ns < limit)
			limit = times->boot_ns;
	} else if (times->seen_ns > end) {
		end = times->seen_ns;
	}
	return end < limit ? end : limit;
}
