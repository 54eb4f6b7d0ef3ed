/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of all spools of a host, as `slurm-otel status` and MetricsFile
 * tell it: what waits, what was lost, what the agents did.
 */
#ifndef OTEL_STATUS_HOST_STATUS_H
#define OTEL_STATUS_HOST_STATUS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "spool/census.h"
#include "spool/spool.h"
#include "status/metrics_file.h"
#include "status/queue_status.h"
#include "util/err.h"

/* More on one host are not looked at. */
#define HOST_SPOOLS_MAX 256

struct spool_status {
	char name[NAME_MAX + 1];
	char *path; /* owned */
	/* why it could not be read; "": it could, and all below holds */
	char problem[ERR_SIZE];
	bool served;      /* an agent holds its lock */
	pid_t pid;        /* of that agent; 0: not known */
	uint64_t loss_ns; /* Unix time something was last lost; 0: never */
	uint64_t created; /* spans, as far as agents have been counting */
	struct spool_stats stats;
	struct spool_waiting waiting;
	struct spool_waiting aside; /* in bad/ */
	struct queue_status queues; /* of endpoints that are behind */
	bool has_metrics;           /* an agent ever ran */
	struct metrics_data metrics;
	/* what the counting remembers */
	struct spool_census census, aside_census;
	bool seen;
};

/* Zeroed: nothing was looked at yet. */
struct host_status {
	struct spool_status *spools; /* by name */
	size_t n;
};

/*
 * Looks at every spool below spool_dir (the names of daemon_spool.h) and at
 * own (a spool's path; NULL: none), and leaves what it found in *status, where
 * the next call finds it: the counting goes on from there.  A spool that can
 * not be read is listed with its problem.  Changes nothing, wakes no agent, and
 * has no lock but, for an instant, that of spool_is_held.  Returns -1 with err
 * when spool_dir can not be listed (one that is not there is empty) or memory
 * is short.
 */
int host_status_collect(struct host_status *status, const char *spool_dir,
			const char *own, struct err *err);
void host_status_free(struct host_status *status);

/* The spans that came into the spool while agents counted: those that the
 * cursor has passed, those lost and those that wait. */
uint64_t spans_created(const struct agent_metrics *agent,
		       const struct spool_stats *stats,
		       const struct spool_waiting *waiting);

#endif
