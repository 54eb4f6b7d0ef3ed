/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes MetricsFile.  It is one for the host, and tells of all its spools,
 * so that the agents of slurmctld and slurmd, which read the same otel.conf,
 * do not overwrite each other with halves.
 */
#ifndef OTEL_AGENT_METRICS_PUBLISH_H
#define OTEL_AGENT_METRICS_PUBLISH_H

#include <stdbool.h>
#include <stdint.h>

#include "status/host_status.h"
#include "util/err.h"

struct metrics_publication {
	const char *path;
	const char *spool_dir;
	uint64_t limit;  /* SpoolMaxSize */
	const char *own; /* path of our spool */
	bool last;       /* we end: nobody serves it any more */
};

/*
 * Looks at the spools and replaces the file: a new one beside it, with mode
 * 0644, is renamed.  Agents keep out of each other's way by a lock on the
 * directory, from before the looking on: the file never goes back in time.
 * *created, the spans that came into our own spool, goes up to what was found.
 * Returns 1, 0 when another agent is writing it, or -1 with err.
 */
int metrics_publish(const struct metrics_publication *publication,
		    struct host_status *host, uint64_t *created,
		    struct err *err);

#endif
