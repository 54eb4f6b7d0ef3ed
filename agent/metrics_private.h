/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of metrics.h: metrics.c counts what the agent does,
 * metrics_endpoints.c what each endpoint does, metrics_publish.c writes
 * MetricsFile.
 */
#ifndef OTEL_AGENT_METRICS_PRIVATE_H
#define OTEL_AGENT_METRICS_PRIVATE_H

#include "log.h"
#include "metrics.h"
#include "status/host_status.h"

struct metrics {
	const char *spool;
	int spool_fd;
	int fd; /* of the counters; -1: they could not be opened yet */
	uint64_t open_not_before;
	struct metrics_data data;
	struct agent_metrics at_start;
	uint64_t begun; /* monotonic ns: the attempt */
	/* of this process */
	uint64_t comments_set, comments_failed;
	uint64_t orphans_closed, orphans_damaged;
	struct log_cause writing, publishing;
	/* MetricsFile */
	const struct config *config;
	struct host_status host;
	bool news;
	unsigned busy; /* how often in a row another was writing it */
	uint64_t not_before;
};

/* Opens the file of counters, where that failed until now. */
void metrics_open_file(struct metrics *metrics);
/* Write what was counted to it; what can not be written is said once. */
void metrics_put_agent(struct metrics *metrics);
void metrics_put_slot(struct metrics *metrics, size_t slot);

/* Counts a request that ends now, and what became of its spans. */
void metrics_endpoint_attempt(struct metrics *metrics, const char *endpoint,
			      const struct batch *batch,
			      const struct export_result *result);
void metrics_endpoint_refused(struct metrics *metrics, const char *endpoint,
			      uint64_t spans);

#endif
