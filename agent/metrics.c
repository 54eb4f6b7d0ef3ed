/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts what the agent does; see metrics.h. */
#include "metrics.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "log.h"
#include "metrics_publish.h"
#include "status/host_status.h"
#include "util/cleanup.h"
#include "util/clock.h"

#define NO_SLOT METRICS_ENDPOINTS
/* After another agent was just writing the file. */
#define BUSY_PAUSE_MS 500

struct metrics {
	const char *spool;
	int spool_fd;
	int fd; /* of the counters; -1: they could not be opened yet */
	uint64_t open_not_before;
	struct metrics_data data;
	uint64_t begun; /* monotonic ns: the attempt */
	uint64_t comments_set, comments_failed;
	uint64_t orphans_closed; /* of this process */
	struct log_cause writing, publishing;
	/* MetricsFile */
	const struct config *config;
	struct host_status host;
	bool news;
	uint64_t not_before;
};

/* Cuts between characters. */
static void copy_text(char *ret, const char *text)
{
	size_t len = strlen(text);

	if (len >= METRICS_TEXT_SIZE) {
		len = METRICS_TEXT_SIZE - 1;
		while (len && ((unsigned char)text[len] & 0xc0) == 0x80)
			len--;
	}
	memset(ret, 0, METRICS_TEXT_SIZE);
	memcpy(ret, text, len);
}

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

static void put_slot(struct metrics *metrics, size_t slot)
{
	struct err err;
	int r;

	if (metrics->fd < 0 || slot >= METRICS_ENDPOINTS)
		return;
	r = metrics_file_put_endpoint(metrics->fd, slot,
				      &metrics->data.endpoints[slot], &err);
	note_write(metrics, r, &err);
}

static void put_agent(struct metrics *metrics)
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
static void open_file(struct metrics *metrics)
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
		put_slot(metrics, i);
	put_agent(metrics);
}

/* An agent that was killed had not noted these as passed by the cursor. */
static void count_start(struct metrics *metrics)
{
	struct agent_metrics *agent = &metrics->data.agent;

	agent->repeated += agent->unsettled;
	agent->unsettled = 0;
	agent->starts++;
	agent->started_ns = clock_unix_ns();
	put_agent(metrics);
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
	open_file(metrics);
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

/* ---- endpoints ---------------------------------------------------------- */

/* A free slot, else that of the endpoint that left the configuration first. */
static size_t spare_slot(const struct metrics *metrics)
{
	const struct endpoint_metrics *list = metrics->data.endpoints;
	size_t best = NO_SLOT;

	for (size_t i = 0; i < METRICS_ENDPOINTS; i++) {
		if (!*list[i].name)
			return i;
		if (!list[i].configured &&
		    (best == NO_SLOT || list[i].used_ns < list[best].used_ns))
			best = i;
	}
	return best;
}

static size_t find_slot(struct metrics *metrics, const char *endpoint)
{
	char name[METRICS_TEXT_SIZE];
	size_t slot;

	copy_text(name, endpoint);
	for (slot = 0; slot < METRICS_ENDPOINTS; slot++)
		if (!strcmp(metrics->data.endpoints[slot].name, name))
			return slot;
	slot = spare_slot(metrics);
	if (slot == NO_SLOT)
		return NO_SLOT;
	memset(&metrics->data.endpoints[slot], 0,
	       sizeof(metrics->data.endpoints[slot]));
	memcpy(metrics->data.endpoints[slot].name, name, sizeof(name));
	return slot;
}

static void configure(struct metrics *metrics, const char *name)
{
	size_t slot = find_slot(metrics, name);
	struct endpoint_metrics *endpoint;

	if (slot == NO_SLOT)
		return;
	endpoint = &metrics->data.endpoints[slot];
	endpoint->configured = 1;
	endpoint->used_ns = clock_unix_ns();
	/* its failures were those of an exporter that is gone */
	endpoint->failures = 0;
	endpoint->circuit = CIRCUIT_CLOSED;
}

void metrics_aim(struct metrics *metrics, const struct config *config,
		 const struct endpoints *endpoints)
{
	metrics->config = config;
	for (size_t i = 0; i < METRICS_ENDPOINTS; i++)
		metrics->data.endpoints[i].configured = 0;
	for (size_t i = 0; i < endpoints->n; i++)
		configure(metrics, exporter_name(endpoints->list[i].exporter));
	for (size_t i = 0; i < METRICS_ENDPOINTS; i++)
		if (*metrics->data.endpoints[i].name)
			put_slot(metrics, i);
	metrics->news = true;
}

void metrics_circuit(struct metrics *metrics, const char *endpoint,
		     enum circuit_state state)
{
	size_t slot;

	if (!metrics)
		return;
	slot = find_slot(metrics, endpoint);
	if (slot == NO_SLOT ||
	    metrics->data.endpoints[slot].circuit == (uint64_t)state)
		return;
	metrics->data.endpoints[slot].circuit = state;
	metrics->news = true;
	put_slot(metrics, slot);
}

/* ---- attempts ----------------------------------------------------------- */

static uint64_t count_bytes(const struct batch *batch)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < batch->n_spans; i++)
		bytes += batch->spans[i].iov_len;
	return bytes;
}

static void count_failure(struct endpoint_metrics *endpoint,
			  const struct export_result *result, uint64_t now)
{
	copy_text(endpoint->error, result->msg);
	endpoint->error_ns = now;
}

static void count_verdict(struct endpoint_metrics *endpoint,
			  const struct batch *batch,
			  const struct export_result *result, uint64_t now,
			  uint64_t rejected)
{
	endpoint->used_ns = now;
	if (*result->msg)
		count_failure(endpoint, result, now);
	switch (result->verdict) {
	case VERDICT_SENT:
		endpoint->sent++;
		endpoint->failures = 0;
		endpoint->success_ns = now;
		endpoint->exported += batch->n_spans - rejected;
		endpoint->rejected += rejected;
		endpoint->bytes += count_bytes(batch);
		break;
	case VERDICT_RETRY:
		endpoint->retry++;
		endpoint->failures++;
		break;
	case VERDICT_REJECT:
		endpoint->reject++;
		/* what it refuses of us all is a failure of its own */
		endpoint->failures += !result->divisible;
		break;
	}
}

void metrics_attempt_begins(struct metrics *metrics)
{
	if (metrics)
		metrics->begun = clock_monotonic_ns();
}

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
	uint64_t rejected = result->rejected, now = clock_unix_ns();
	size_t slot;

	if (!metrics)
		return;
	if (rejected > batch->n_spans)
		rejected = batch->n_spans; /* a receiver that can not count */
	slot = find_slot(metrics, endpoint);
	if (slot != NO_SLOT) {
		struct endpoint_metrics *counts =
			&metrics->data.endpoints[slot];

		histogram_add(&counts->duration,
			      clock_monotonic_ns() - metrics->begun);
		count_verdict(counts, batch, result, now, rejected);
		put_slot(metrics, slot);
	}
	if (result->verdict == VERDICT_SENT) {
		metrics->data.agent.exported += batch->n_spans - rejected;
		metrics->data.agent.rejected += rejected;
		settle(metrics, queue, batch->n_spans);
		if (rejected)
			metrics->data.agent.loss_ns = now;
	}
	put_agent(metrics);
}

void metrics_refused(struct metrics *metrics, struct metrics_queue *queue,
		     const char *endpoint, uint64_t kept, uint64_t lost)
{
	size_t slot;

	if (!metrics)
		return;
	slot = find_slot(metrics, endpoint);
	if (slot != NO_SLOT) {
		metrics->data.endpoints[slot].refused += kept + lost;
		put_slot(metrics, slot);
	}
	metrics->data.agent.refused += kept;
	metrics->data.agent.lost += lost;
	metrics->data.agent.loss_ns = clock_unix_ns();
	settle(metrics, queue, kept + lost);
	put_agent(metrics);
}

void metrics_settled(struct metrics_queue *queue, uint64_t spans)
{
	queue->in_hand = 0;
	queue->spans += spans;
}

void metrics_committed(struct metrics *metrics, struct metrics_queue *queue)
{
	if (!metrics || (queue->unsettled == queue->in_hand && !queue->spans))
		return;
	if (!queue->side)
		metrics->data.agent.taken += queue->spans;
	queue->spans = 0;
	metrics->data.agent.unsettled -= queue->unsettled - queue->in_hand;
	queue->unsettled = queue->in_hand;
	put_agent(metrics);
}

void metrics_put_back(struct metrics *metrics, struct metrics_queue *queue)
{
	queue->spans = 0;
	if (!metrics || !queue->unsettled)
		return;
	metrics->data.agent.repeated += queue->unsettled;
	metrics->data.agent.unsettled -= queue->unsettled;
	queue->unsettled = queue->in_hand = 0;
	put_agent(metrics);
}

/* ---- the rest ----------------------------------------------------------- */

void metrics_unknown(struct metrics *metrics)
{
	if (!metrics)
		return;
	metrics->data.agent.unknown++;
	put_agent(metrics);
}

void metrics_orphans(struct metrics *metrics, uint64_t closed)
{
	if (!metrics || closed == metrics->orphans_closed)
		return;
	metrics->data.agent.orphans += closed - metrics->orphans_closed;
	metrics->orphans_closed = closed;
	put_agent(metrics);
}

void metrics_comments(struct metrics *metrics, uint64_t set, uint64_t failed)
{
	if (!metrics || (set == metrics->comments_set &&
			 failed == metrics->comments_failed))
		return;
	metrics->data.agent.comments_set += set - metrics->comments_set;
	metrics->data.agent.comments_failed +=
		failed - metrics->comments_failed;
	metrics->comments_set = set;
	metrics->comments_failed = failed;
	put_agent(metrics);
}

void metrics_reloaded(struct metrics *metrics)
{
	if (!metrics)
		return;
	metrics->data.agent.reloads++;
	put_agent(metrics);
}

/* ---- MetricsFile -------------------------------------------------------- */

/* Returns 1 written, 0 another agent is at it, -1 with err. */
static int publish(struct metrics *metrics, bool last, struct err *err)
{
	const struct metrics_publication publication = {
		.path = metrics->config->metrics_file,
		.spool_dir = metrics->config->spool_dir,
		.limit = metrics->config->spool_max_size,
		.own = metrics->spool,
		.last = last,
	};
	struct agent_metrics *agent = &metrics->data.agent;
	uint64_t created = agent->created;
	int r = metrics_publish(&publication, &metrics->host, &created, err);

	if (created != agent->created) {
		agent->created = created;
		put_agent(metrics);
	}
	return r;
}

uint64_t metrics_step(struct metrics *metrics, uint64_t now)
{
	struct err err;
	int r;

	if (metrics->fd < 0 && now >= metrics->open_not_before) {
		open_file(metrics);
		metrics->open_not_before = now + METRICS_PUBLISH_MS;
	}
	if (!metrics->config->metrics_file || !metrics->news)
		return TIME_NEVER;
	if (now < metrics->not_before)
		return metrics->not_before;
	r = publish(metrics, false, &err);
	metrics->not_before =
		now + (r == 0 ? BUSY_PAUSE_MS : METRICS_PUBLISH_MS);
	if (r == 0)
		return metrics->not_before;
	/* one that can not be written is tried again with the next news */
	metrics->news = false;
	if (r < 0)
		log_cause_say(&metrics->publishing, LOG_LEVEL_WARNING,
			      "MetricsFile: %s", err.msg);
	else
		log_cause_over(&metrics->publishing,
			       "MetricsFile is written again");
	return TIME_NEVER;
}

void metrics_end(struct metrics *metrics)
{
	if (metrics && metrics->config && metrics->config->metrics_file)
		publish(metrics, true, NULL);
}
