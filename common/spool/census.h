/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What waits in a spool: counted record by record, by any process that may
 * read the directory.  It takes no lock and writes nothing, and remembers how
 * far it has read, so that an agent with a backlog of a million spans reads
 * only what is new each time.  What it means by "a record" is scan.h's.
 */
#ifndef OTEL_SPOOL_CENSUS_H
#define OTEL_SPOOL_CENSUS_H

#include <stddef.h>
#include <stdint.h>

#include "util/err.h"

/* What lies behind the cursor. */
struct spool_waiting {
	uint64_t records;
	uint64_t spans;     /* of them */
	uint64_t oldest_ns; /* Unix time the first record was written; 0: none
			     */
};

struct census_file;

/* Zeroed: nothing was counted yet.  spool_census_free gives memory back. */
struct spool_census {
	struct census_file *files;
	size_t n;
};

/*
 * Counts.  While others write and deliver, the result is true for some moment
 * of the call, give or take what moved in between.  Returns 0, or -1 with err
 * and *ret untouched.
 */
int spool_census_update(struct spool_census *census, int dirfd,
			struct spool_waiting *ret, struct err *err);
void spool_census_free(struct spool_census *census);

#endif
