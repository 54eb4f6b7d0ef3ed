/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a spool holds and what it lost: one listing and one small file. */
#include "spool/counts.h"
#include "spool/segment.h"
#include "spool/spool.h"

int spool_stats(int dirfd, struct spool_stats *ret, struct err *err)
{
	struct spool_counts counts;
	struct spool_usage usage;

	if (spool_usage(dirfd, &usage, err) < 0 ||
	    spool_counts_read(dirfd, &counts, err) < 0)
		return -1;
	*ret = (struct spool_stats){
		.bytes = usage.bytes,
		.segments = usage.segments + (usage.current > 0),
		.dropped_records = counts.dropped_records,
		.dropped_bytes = counts.dropped_bytes,
		.torn_bytes = counts.torn_bytes,
		.torn_runs = counts.torn_runs,
		.failed_records = counts.failed_records,
	};
	return 0;
}
