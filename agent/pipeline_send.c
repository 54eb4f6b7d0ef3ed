/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settles a batch with a receiver: accepted, or set aside span by span. */
#include "clock.h"
#include "pipeline_private.h"
#include "refused.h"
#include "span_ids.h"

/* The cursor moves after this many batches or when there is nothing more to
 * do: each move is two flushes, and a crash only repeats what came since. */
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

/* Returns true when all of them are kept. */
static bool keep_refused(struct pipeline *pipeline, struct range range)
{
	const struct outbox *outbox = &pipeline->outbox;
	struct log_span ids;
	struct err err;
	size_t kept = 0;

	if (pipeline->refused_fd < 0)
		pipeline->refused_fd = refused_open(pipeline->spool_fd, &err);
	if (pipeline->refused_fd >= 0)
		kept = refused_append(
			pipeline->refused_fd, outbox->spans + range.first,
			outbox->job_ids + range.first, range.n, &err);
	pipeline->counts.refused += kept;
	pipeline->counts.lost += range.n - kept;
	if (kept < range.n)
		log_cause_say_about(
			&pipeline->keeping, single(pipeline, range, &ids),
			LOG_LEVEL_ERROR, "%zu refused spans are lost: %s",
			range.n - kept, err.msg);
	return kept == range.n;
}

static void refuse(struct pipeline *pipeline, const struct endpoint *endpoint,
		   struct range range, const char *why)
{
	const char *name = exporter_name(endpoint->exporter);
	struct log_span ids;
	const struct log_span *span = single(pipeline, range, &ids);

	pipeline->refused_some = true;
	if (keep_refused(pipeline, range))
		log_cause_say_about(
			&pipeline->refusing, span, LOG_LEVEL_ERROR,
			"%s refuses spans for good: %s; they are set aside in %s/%s",
			name, why, pipeline->spool, REFUSED_DIR);
	else
		log_cause_say_about(&pipeline->refusing, span, LOG_LEVEL_ERROR,
				    "%s refuses spans for good: %s", name, why);
}

static void accept_range(struct pipeline *pipeline,
			 const struct endpoint *endpoint, struct range range,
			 const struct export_result *result)
{
	uint64_t rejected = result->rejected;
	struct log_span ids;

	if (rejected > range.n)
		rejected = range.n; /* a receiver that can not count */
	pipeline->counts.sent += range.n - rejected;
	pipeline->counts.rejected += rejected;
	if (!*result->msg)
		return;
	pipeline->refused_some = true;
	log_cause_say_about(&pipeline->refusing, single(pipeline, range, &ids),
			    LOG_LEVEL_WARNING,
			    "%s: %s; what it rejected is dropped and counted",
			    exporter_name(endpoint->exporter), result->msg);
}

static void send_range(struct pipeline *pipeline, struct endpoint *endpoint)
{
	struct range range = ranges_top(&pipeline->ranges);
	const struct batch batch = {
		.spans = pipeline->outbox.spans + range.first,
		.n_spans = range.n,
		.resource = pipeline->target.resource,
	};
	struct export_result result;

	exporter_send(endpoint->exporter, &batch, &result);
	if (result.verdict == VERDICT_RETRY) {
		endpoint_failed(pipeline->target.endpoints, endpoint, &result,
				clock_ms());
		return;
	}
	/* What was refused is not sent again as it was, not even after a
	 * pause: from here on the batch stays in hand. */
	pipeline->touched = true;
	if (result.verdict == VERDICT_SENT) {
		endpoint_answered(endpoint);
		accept_range(pipeline, endpoint, range, &result);
	} else if (result.divisible && ranges_halve(&pipeline->ranges)) {
		return;
	} else {
		refuse(pipeline, endpoint, range, result.msg);
	}
	ranges_pop(&pipeline->ranges);
}

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

uint64_t pipeline_send(struct pipeline *pipeline, uint64_t now)
{
	struct endpoint *endpoint;
	uint64_t next = now;

	endpoint = endpoints_pick(pipeline->target.endpoints, now, &next);
	if (!endpoint)
		return wait_for_receiver(pipeline, now, next);
	pipeline->held = false;
	send_range(pipeline, endpoint);
	if (!ranges_empty(&pipeline->ranges))
		return now;
	if (!pipeline->refused_some) {
		log_cause_over(&pipeline->refusing,
			       "whole batches are accepted again");
		log_cause_over(&pipeline->keeping,
			       "no refused spans are lost any more");
	}
	pipeline_settle(pipeline);
	if (pipeline->drained)
		return pipeline_rest(pipeline, now);
	if (++pipeline->uncommitted >= COMMIT_EVERY)
		pipeline_commit(pipeline);
	return now;
}
