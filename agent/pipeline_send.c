/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settles a batch with a receiver: accepted, or set aside span by span. */
#include <inttypes.h>
#include <stdio.h>

#include "behind.h"
#include "clock.h"
#include "pipeline_private.h"
#include "refused.h"
#include "span_ids.h"

/* The cursor moves durably after this many batches or when there is nothing
 * more to do: each such move is two flushes, and what is repeated after a crash
 * of the host is only what came since. */
#define COMMIT_EVERY 16

/* A message about a single span names it; about several, none. */
static const struct log_span *single(const struct pipeline *pipeline,
				     struct range range, struct log_span *ids)
{
	const struct iovec *span = pipeline->outbox.spans + range.first;

	if (range.n != 1)
		return NULL;
	*ids = span_ids(span->iov_base, span->iov_len);
	return ids;
}

/* ---- refused ------------------------------------------------------------- */

/* Of the spool; but where every endpoint gets every span, each endpoint has its
 * own: what one refuses another may have accepted. */
static int open_refused(struct pipeline *pipeline,
			const struct endpoint *endpoint, struct err *err)
{
	if (pipeline->target.behind)
		return behind_refused(pipeline->target.behind, endpoint->index,
				      err);
	if (pipeline->refused_fd < 0)
		pipeline->refused_fd = refused_open(pipeline->spool_fd, err);
	return pipeline->refused_fd;
}

/* Returns true when all of them are kept. */
static bool keep_refused(struct pipeline *pipeline, struct endpoint *endpoint,
			 struct range range)
{
	const struct outbox *outbox = &pipeline->outbox;
	struct log_span ids;
	struct err err;
	size_t kept = 0;
	int fd = open_refused(pipeline, endpoint, &err);

	if (fd >= 0)
		kept = refused_append(fd, outbox->spans + range.first,
				      outbox->job_ids + range.first, range.n,
				      &err);
	metrics_refused(pipeline->target.metrics, &pipeline->counted,
			exporter_name(endpoint->exporter), kept,
			range.n - kept);
	if (kept < range.n)
		log_cause_say_about(
			&pipeline->keeping, single(pipeline, range, &ids),
			LOG_LEVEL_ERROR, "%zu refused spans are lost: %s",
			range.n - kept, err.msg);
	return kept == range.n;
}

static void say_refused(struct pipeline *pipeline,
			const struct endpoint *endpoint, const char *why,
			bool kept)
{
	const char *name = exporter_name(endpoint->exporter);
	struct range range = ranges_top(&pipeline->ranges);
	struct log_span ids;
	const struct log_span *span = single(pipeline, range, &ids);
	char queue[BEHIND_NAME_SIZE] = "";

	if (pipeline->target.behind)
		behind_name(endpoint, queue);
	if (kept)
		log_cause_say_about(
			&pipeline->refusing, span, LOG_LEVEL_ERROR,
			"%s refuses spans for good: %s; they are set aside in %s/%s%s",
			name, why,
			pipeline->target.behind
				? behind_spool(pipeline->target.behind)
				: pipeline->spool,
			queue, REFUSED_DIR);
	else
		log_cause_say_about(&pipeline->refusing, span, LOG_LEVEL_ERROR,
				    "%s refuses spans for good: %s", name, why);
}

void pipeline_refuse(struct pipeline *pipeline, struct endpoint *endpoint,
		     const char *why)
{
	struct range range = ranges_top(&pipeline->ranges);
	bool kept = keep_refused(pipeline, endpoint, range);

	pipeline->refused_some = true;
	say_refused(pipeline, endpoint, why, kept);
	ranges_pop(&pipeline->ranges);
	endpoints_new_range(pipeline->target.endpoints);
}

/* ---- one request --------------------------------------------------------- */

static void accept_range(struct pipeline *pipeline,
			 const struct endpoint *endpoint,
			 const struct export_result *result)
{
	struct range range = ranges_top(&pipeline->ranges);
	struct log_span ids;

	ranges_pop(&pipeline->ranges);
	endpoints_new_range(pipeline->target.endpoints);
	if (!*result->msg)
		return;
	pipeline->refused_some = true;
	log_cause_say_about(&pipeline->refusing, single(pipeline, range, &ids),
			    LOG_LEVEL_WARNING,
			    "%s: %s; what it rejected is dropped and counted",
			    exporter_name(endpoint->exporter), result->msg);
}

/* 0: for as long as it is configured. */
static uint64_t time_left(const struct pipeline *pipeline)
{
	const uint64_t *deadline = pipeline->target.deadline;
	uint64_t now = clock_ms();

	if (!deadline || *deadline == TIME_NEVER)
		return 0;
	return *deadline > now ? *deadline - now : 1;
}

_Static_assert((int)CIRCUIT_CLOSED == BREAKER_CLOSED &&
		       (int)CIRCUIT_OPEN == BREAKER_OPEN &&
		       (int)CIRCUIT_HALF_OPEN == BREAKER_HALF_OPEN,
	       "the file of figures shows the breaker's states");

static void send_counted(struct pipeline *pipeline, struct endpoint *endpoint,
			 const struct batch *batch,
			 struct export_result *result)
{
	struct metrics *metrics = pipeline->target.metrics;
	const char *name = exporter_name(endpoint->exporter);

	metrics_attempt_begins(metrics);
	endpoint_send(pipeline->target.endpoints, endpoint, batch, result);
	metrics_attempt(metrics, &pipeline->counted, name, batch, result);
	metrics_circuit(metrics, name,
			(enum circuit_state)breaker_state(&endpoint->breaker));
}

void pipeline_send_range(struct pipeline *pipeline, struct endpoint *endpoint)
{
	struct endpoints *endpoints = pipeline->target.endpoints;
	struct range range = ranges_top(&pipeline->ranges);
	const struct batch batch = {
		.spans = pipeline->outbox.spans + range.first,
		.n_spans = range.n,
		.resource = pipeline->target.resource,
	};
	struct export_result result;

	exporter_limit(endpoint->exporter, time_left(pipeline));
	send_counted(pipeline, endpoint, &batch, &result);
	if (result.verdict == VERDICT_RETRY)
		return;
	/* What was refused is not sent there again as it was, not even after
	 * a pause: from here on the batch stays in hand. */
	pipeline->touched = true;
	if (result.verdict == VERDICT_SENT)
		accept_range(pipeline, endpoint, &result);
	else if (refusal_of_sender(&result))
		endpoints_note_refusal(endpoints, endpoint);
	else if (ranges_halve(&pipeline->ranges))
		endpoints_new_range(endpoints);
	else
		pipeline_refuse(pipeline, endpoint, result.msg);
}

/* ---- one batch, to one endpoint -------------------------------------------
 */

/* No receiver takes spans until then.  Waiting, we hold nothing: the spool's
 * bound must be free to remove the oldest; but a batch that is settled in part
 * is not begun anew. */
static uint64_t wait_for_receiver(struct pipeline *pipeline, uint64_t now,
				  uint64_t until)
{
	if (pipeline->touched) {
		pipeline->held = true;
		pipeline_commit(pipeline); /* there is time now */
		return until;
	}
	pipeline_put_back(pipeline);
	pipeline_plan_look(pipeline, now);
	pipeline_pause(pipeline, PAUSE_RECEIVER, until);
	return time_earlier(until, pipeline->look_at);
}

/* Whoever refused us does not get these spans again, and others can not take
 * them now: the next batches need not wait for that. */
static bool to_one(struct pipeline *pipeline, uint64_t now, uint64_t *ret_next)
{
	struct endpoints *endpoints = pipeline->target.endpoints;
	struct endpoint *endpoint = endpoints_pick(endpoints, now, ret_next);
	struct endpoint *refuser = endpoints_refuser(endpoints);

	if (endpoint)
		pipeline_send_range(pipeline, endpoint);
	else if (refuser)
		pipeline_refuse(pipeline, refuser,
				"the receiver refuses whatever we send");
	return endpoint || refuser;
}

static uint64_t finish_batch(struct pipeline *pipeline, uint64_t now)
{
	if (!pipeline->refused_some) {
		log_cause_over(&pipeline->refusing,
			       "whole batches are accepted again");
		log_cause_over(&pipeline->keeping,
			       "no refused spans are lost any more");
	}
	endpoints_batch_done(pipeline->target.endpoints);
	pipeline_settle(pipeline);
	if (pipeline->drained)
		return pipeline_rest(pipeline, now);
	if (++pipeline->uncommitted >= COMMIT_EVERY)
		pipeline_commit(pipeline);
	else
		pipeline_mark(pipeline);
	return now;
}

uint64_t pipeline_send(struct pipeline *pipeline, uint64_t now)
{
	uint64_t next = now;

	if (pipeline->target.behind) {
		pipeline->held = !pipeline_fan_out(pipeline);
		if (pipeline->held)
			return now + TROUBLE_PAUSE_MS;
	} else if (!to_one(pipeline, now, &next)) {
		return wait_for_receiver(pipeline, now, next);
	}
	pipeline->held = false;
	return ranges_empty(&pipeline->ranges) ? finish_batch(pipeline, now)
					       : now;
}
