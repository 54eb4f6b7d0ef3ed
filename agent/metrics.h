/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the agent counts: kept in the file `metrics` of its spool as it
 * happens, and told to Prometheus through MetricsFile.  Nothing here can fail
 * the agent: what could not be written is said once, and written later.
 */
#ifndef OTEL_AGENT_METRICS_H
#define OTEL_AGENT_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "endpoints.h"
#include "otlp/exporter.h"
#include "status/metrics_file.h"
#include "util/err.h"

/* MetricsFile is written this often at most. */
#define METRICS_PUBLISH_MS 10000

struct metrics;

/* What a pipeline has settled and its cursor not passed.  Zeroed at first. */
struct metrics_queue {
	uint64_t unsettled; /* deliveries: several a span where it goes to
			     * several endpoints */
	uint64_t in_hand;   /* of them: in a batch that is not done yet */
	uint64_t spans;     /* of the batches that are done, each once */
	bool side; /* not the spool's own: its spans were counted there */
};

/*
 * Opens the counters of the spool, whose agent.lock the caller holds, and
 * counts this start.  spool is its path; it and spool_fd are borrowed.
 * Returns NULL with err when there is no memory.
 */
struct metrics *metrics_create(const char *spool, int spool_fd,
			       struct err *err);
/* NULL is fine. */
void metrics_destroy(struct metrics *metrics);
/* A configuration to go by; borrowed until the next call. */
void metrics_aim(struct metrics *metrics, const struct config *config,
		 const struct endpoints *endpoints);

/* ---- what happened ------------------------------------------------------ */

/* Right before and after a request; of result->rejected there are no more than
 * the batch has spans. */
void metrics_attempt_begins(struct metrics *metrics);
void metrics_attempt(struct metrics *metrics, struct metrics_queue *queue,
		     const char *endpoint, const struct batch *batch,
		     const struct export_result *result);
/* Spans that the endpoint refused: kept in bad/, or lost. */
void metrics_refused(struct metrics *metrics, struct metrics_queue *queue,
		     const char *endpoint, uint64_t kept, uint64_t lost);
/* The batch in hand, of so many spans, is settled; the cursor passed all that
 * is; what is settled and was not passed will be read and sent again. */
void metrics_settled(struct metrics_queue *queue, uint64_t spans);
void metrics_committed(struct metrics *metrics, struct metrics_queue *queue);
void metrics_put_back(struct metrics *metrics, struct metrics_queue *queue);
void metrics_unknown(struct metrics *metrics);
/* How many there were since the agent's start. */
void metrics_orphans(struct metrics *metrics, uint64_t closed,
		     uint64_t damaged);
void metrics_comments(struct metrics *metrics, uint64_t set, uint64_t failed);
void metrics_reloaded(struct metrics *metrics);
void metrics_circuit(struct metrics *metrics, const char *endpoint,
		     enum circuit_state state);

/* exported, rejected, refused, lost and unknown since metrics_create, the rest
 * since the file was made. */
struct agent_metrics metrics_of_this_run(const struct metrics *metrics);

/* ---- MetricsFile -------------------------------------------------------- */

/*
 * Writes the file when something happened since it was last written and
 * METRICS_PUBLISH_MS have passed.  Returns the clock_ms at which to call
 * again; TIME_NEVER when there is nothing to tell.
 */
uint64_t metrics_step(struct metrics *metrics, uint64_t now);
/* The agent ends: writes it a last time.  Waits up to 200 ms for another agent
 * that is writing it.  NULL is fine. */
void metrics_end(struct metrics *metrics);

#endif
