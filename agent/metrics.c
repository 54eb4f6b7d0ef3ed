/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts what the agent does; see metrics.h. */
#include "metrics.h"

#include <errno.h>
#include <stdlib.h>

#include "metrics_private.h"
#include "util/cleanup.h"
#include "util/clock.h"

/* ---- the file of counters ----------------------------------------------- */

static void note_write(struct metrics *metrics, int r, const struct err *err)
{
	if (r < 0)
		log_cause_say(&metrics->writing, LOG_LEVEL_WARNING,
			      "%s; the figures of slurm-otel status are old "
			      "until that works",
			      err->msg);
	else
		log_cause_over(&metrics->writing,
			       "the agent's figures are written again");
}

void metrics_put_slot(struct metrics *metrics, size_t slot)
{
	struct err err;
	int r;

	if (metrics->fd < 0 || slot >= METRICS_ENDPOINTS)
		return;
	r = metrics_file_put_endpoint(metrics->fd, slot,
				      &metrics->data.endpoints[slot], &err);
	note_write(metrics, r, &err);
}

void metrics_put_agent(struct metrics *metrics)
{
	struct err err;

	metrics->news = true;
	if (metrics->fd >= 0)
		note_write(metrics,
			   metrics_file_put_agent(metrics->fd,
						  &metrics->data.agent, &err),
			   &err);
}

/* The disk may have been full when the file was to be made.  What was counted
 * meanwhile goes into it, all in one. */
void metrics_open_file(struct metrics *metrics)
{
	struct metrics_data found;
	struct err err;

	metrics->fd = metrics_file_open(metrics->spool_fd, &found, &err);
	note_write(metrics, metrics->fd, &err);
	if (metrics->fd < 0)
		return;
	if (!metrics->data.agent.starts) {
		metrics->data = found;
		return;
	}
	for (size_t i = 0; i < METRICS_ENDPOINTS; i++)
		metrics_put_slot(metrics, i);
	metrics_put_agent(metrics);
}

/* An agent that was killed had not noted these as passed by the cursor. */
static void count_start(struct metrics *metrics)
{
	struct agent_metrics *agent = &metrics->data.agent;

	agent->repeated += agent->unsettled;
	agent->unsettled = 0;
	agent->starts++;
	agent->started_ns = clock_unix_ns();
	metrics->at_start = *agent;
	metrics_put_agent(metrics);
}

struct metrics *metrics_create(const char *spool, int spool_fd, struct err *err)
{
	struct metrics *metrics = calloc(1, sizeof(*metrics));

	if (!metrics) {
		errno = ENOMEM;
		err_set(err, "no memory");
		return NULL;
	}
	metrics->spool = spool;
	metrics->spool_fd = spool_fd;
	metrics->fd = -1;
	metrics_open_file(metrics);
	count_start(metrics);
	return metrics;
}

void metrics_destroy(struct metrics *metrics)
{
	int saved = errno;

	if (!metrics)
		return;
	host_status_free(&metrics->host);
	cleanup_closep(&metrics->fd);
	free(metrics);
	errno = saved;
}

/* ---- spans -------------------------------------------------------------- */

/* Spans are settled that the cursor has not passed. */
static void settle(struct metrics *metrics, struct metrics_queue *queue,
		   uint64_t n)
{
	metrics->data.agent.unsettled += n;
	queue->unsettled += n;
	queue->in_hand += n;
}

void metrics_attempt(struct metrics *metrics, struct metrics_queue *queue,
		     const char *endpoint, const struct batch *batch,
		     const struct export_result *result)
{
	struct agent_metrics *agent = &metrics->data.agent;

	metrics_endpoint_attempt(metrics, endpoint, batch, result);
	if (result->verdict == VERDICT_SENT) {
		agent->exported += batch->n_spans - result->rejected;
		agent->rejected += result->rejected;
		settle(metrics, queue, batch->n_spans);
		if (result->rejected)
			agent->loss_ns = clock_unix_ns();
	}
	metrics_put_agent(metrics);
}

void metrics_refused(struct metrics *metrics, struct metrics_queue *queue,
		     const char *endpoint, uint64_t kept, uint64_t lost)
{
	struct agent_metrics *agent = &metrics->data.agent;

	metrics_endpoint_refused(metrics, endpoint, kept + lost);
	agent->refused += kept;
	agent->lost += lost;
	agent->loss_ns = clock_unix_ns();
	settle(metrics, queue, kept + lost);
	metrics_put_agent(metrics);
}

void metrics_settled(struct metrics_queue *queue, uint64_t spans)
{
	queue->in_hand = 0;
	queue->spans += spans;
}

void metrics_committed(struct metrics *metrics, struct metrics_queue *queue)
{
	if (queue->unsettled == queue->in_hand && !queue->spans)
		return;
	if (!queue->side)
		metrics->data.agent.taken += queue->spans;
	queue->spans = 0;
	metrics->data.agent.unsettled -= queue->unsettled - queue->in_hand;
	queue->unsettled = queue->in_hand;
	metrics_put_agent(metrics);
}

void metrics_put_back(struct metrics *metrics, struct metrics_queue *queue)
{
	queue->spans = 0;
	if (!queue->unsettled)
		return;
	metrics->data.agent.repeated += queue->unsettled;
	metrics->data.agent.unsettled -= queue->unsettled;
	queue->unsettled = queue->in_hand = 0;
	metrics_put_agent(metrics);
}

/* ---- the rest ----------------------------------------------------------- */

void metrics_unknown(struct metrics *metrics)
{
	metrics->data.agent.unknown++;
	metrics_put_agent(metrics);
}

void metrics_orphans(struct metrics *metrics, uint64_t closed, uint64_t damaged)
{
	struct agent_metrics *agent = &metrics->data.agent;

	if (closed == metrics->orphans_closed &&
	    damaged == metrics->orphans_damaged)
		return;
	agent->orphans += closed - metrics->orphans_closed;
	agent->orphans_damaged += damaged - metrics->orphans_damaged;
	metrics->orphans_closed = closed;
	metrics->orphans_damaged = damaged;
	metrics_put_agent(metrics);
}

void metrics_comments(struct metrics *metrics, uint64_t set, uint64_t failed)
{
	if (set == metrics->comments_set && failed == metrics->comments_failed)
		return;
	metrics->data.agent.comments_set += set - metrics->comments_set;
	metrics->data.agent.comments_failed +=
		failed - metrics->comments_failed;
	metrics->comments_set = set;
	metrics->comments_failed = failed;
	metrics_put_agent(metrics);
}

void metrics_reloaded(struct metrics *metrics)
{
	metrics->data.agent.reloads++;
	metrics_put_agent(metrics);
}

struct agent_metrics metrics_of_this_run(const struct metrics *metrics)
{
	const struct agent_metrics *from = &metrics->at_start;
	struct agent_metrics run = metrics->data.agent;

	run.exported -= from->exported;
	run.rejected -= from->rejected;
	run.refused -= from->refused;
	run.lost -= from->lost;
	run.unknown -= from->unknown;
	return run;
}
