/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the spool to a receiver; see pipeline.h. */
#include "pipeline.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "clock.h"
#include "log.h"
#include "outbox.h"
#include "ranges.h"
#include "refused.h"
#include "spool/spool.h"
#include "util/cleanup.h"

/* The cursor moves after this many batches or when there is nothing more to
 * do: each move is two flushes, and a crash only repeats what came since. */
#define COMMIT_EVERY 16
/* After the spool could not be read. */
#define READ_PAUSE_MS 5000

enum state {
	IDLE,      /* nothing there when last looked */
	GATHERING, /* something may be there; look at wake_at */
	READING,
	SENDING, /* a batch is in hand */
};

struct pipeline {
	const char *spool;
	struct spool_reader *reader;
	struct pipeline_target target;
	enum state state;
	uint64_t wake_at; /* GATHERING */
	bool blocked;     /* SENDING, and every endpoint is in its backoff */
	struct outbox outbox;
	struct ranges ranges;
	bool refused_some; /* of the batch in hand */
	unsigned uncommitted;
	bool to_commit; /* segment and end are set */
	uint64_t segment, end;
	int refused_fd; /* -1: not open */
	struct pipeline_counts counts;
	struct log_cause reading, committing, refusing, keeping;
	bool said_unknown;
};

/* ---- life -------------------------------------------------------------- */

struct pipeline *pipeline_create(const char *spool, int spool_fd,
				 struct err *err)
{
	struct pipeline *pipeline = calloc(1, sizeof(*pipeline));

	if (!pipeline) {
		errno = ENOMEM;
		err_set(err, "no memory");
		return NULL;
	}
	pipeline->refused_fd = -1;
	pipeline->spool = spool;
	pipeline->reader = spool_reader_create(spool_fd, err);
	if (!pipeline->reader) {
		free(pipeline);
		return NULL;
	}
	/* what an earlier agent left is there at once */
	pipeline->state = GATHERING;
	return pipeline;
}

static void commit(struct pipeline *pipeline)
{
	struct err err;

	if (!pipeline->to_commit)
		return;
	if (spool_commit(pipeline->reader, pipeline->segment, pipeline->end,
			 &err) < 0) {
		log_cause_say(&pipeline->committing, LOG_LEVEL_ERROR,
			      "%s; delivered spans may be sent again", err.msg);
		return;
	}
	log_cause_over(&pipeline->committing, "the spool's cursor moves again");
	pipeline->to_commit = false;
	pipeline->uncommitted = 0;
}

void pipeline_destroy(struct pipeline *pipeline)
{
	int saved = errno;

	if (!pipeline)
		return;
	commit(pipeline);
	spool_reader_destroy(pipeline->reader);
	outbox_free(&pipeline->outbox);
	cleanup_closep(&pipeline->refused_fd);
	free(pipeline);
	errno = saved;
}

void pipeline_aim(struct pipeline *pipeline,
		  const struct pipeline_target *target)
{
	pipeline->target = *target;
}

void pipeline_notice(struct pipeline *pipeline, uint64_t now)
{
	if (pipeline->state != IDLE)
		return;
	pipeline->state = GATHERING;
	pipeline->wake_at = now + pipeline->target.config->batch_timeout;
}

bool pipeline_idle(const struct pipeline *pipeline)
{
	return pipeline->state == IDLE;
}

bool pipeline_blocked(const struct pipeline *pipeline)
{
	return pipeline->state == SENDING && pipeline->blocked;
}

const struct pipeline_counts *pipeline_counts(const struct pipeline *pipeline)
{
	return &pipeline->counts;
}

/* ---- reading ------------------------------------------------------------ */

static int take(struct pipeline *pipeline, const struct spool_record *record,
		struct err *err)
{
	if (record->kind == SPOOL_SPAN) {
		if (outbox_add(&pipeline->outbox, record) == 0)
			return 0;
		errno = ENOMEM;
		return err_set(err, "no memory for a batch");
	}
	/* comments have a reader of their own: see comments.c */
	if (record->kind != SPOOL_COMMENT) {
		pipeline->counts.unknown++;
		if (!pipeline->said_unknown)
			log_say(LOG_LEVEL_WARNING,
				"the spool holds records of kind %d, which "
				"this version does not know; they are skipped "
				"and counted",
				(int)record->kind);
		pipeline->said_unknown = true;
	}
	outbox_pass(&pipeline->outbox, record);
	return 0;
}

/* Returns -1 with err; then what was read is read again later. */
static int fill(struct pipeline *pipeline, struct err *err)
{
	size_t max = (size_t)pipeline->target.config->max_export_batch_size;
	struct spool_record record;
	int rc = 0;

	outbox_reset(&pipeline->outbox);
	while (!outbox_full(&pipeline->outbox, max)) {
		rc = spool_read(pipeline->reader, &record, err);
		if (rc == 1)
			rc = take(pipeline, &record, err);
		else if (rc == 0)
			break;
		if (rc < 0)
			return -1;
	}
	outbox_seal(&pipeline->outbox);
	return 0;
}

/* All spans of the batch are settled, or it had none. */
static void settle(struct pipeline *pipeline)
{
	if (pipeline->outbox.moved) {
		pipeline->segment = pipeline->outbox.segment;
		pipeline->end = pipeline->outbox.end;
		pipeline->to_commit = true;
	}
	if (++pipeline->uncommitted >= COMMIT_EVERY)
		commit(pipeline);
	outbox_reset(&pipeline->outbox);
	pipeline->state = READING;
}

/* The reader goes back to the cursor, so what is settled is committed first;
 * where that fails it is sent again, which is harmless. */
static uint64_t read_failed(struct pipeline *pipeline, const struct err *err,
			    uint64_t now)
{
	struct err again;

	log_cause_say(&pipeline->reading, LOG_LEVEL_ERROR,
		      "%s; spans stay in the spool", err->msg);
	outbox_reset(&pipeline->outbox);
	commit(pipeline);
	if (spool_rewind(pipeline->reader, &again) < 0)
		log_say(LOG_LEVEL_DEBUG, "%s", again.msg);
	pipeline->state = GATHERING;
	pipeline->wake_at = now + READ_PAUSE_MS;
	return pipeline->wake_at;
}

static uint64_t read_batch(struct pipeline *pipeline, uint64_t now)
{
	struct err err;

	if (fill(pipeline, &err) < 0)
		return read_failed(pipeline, &err, now);
	log_cause_over(&pipeline->reading, "the spool can be read again");
	if (pipeline->outbox.n) {
		ranges_start(&pipeline->ranges, pipeline->outbox.n);
		pipeline->refused_some = false;
		pipeline->blocked = false;
		pipeline->state = SENDING;
		return now;
	}
	settle(pipeline);
	commit(pipeline);
	pipeline->state = IDLE;
	return TIME_NEVER;
}

/* ---- sending ------------------------------------------------------------- */

static void keep_refused(struct pipeline *pipeline, struct range range)
{
	const struct outbox *outbox = &pipeline->outbox;
	struct err err;
	size_t kept = 0;

	if (pipeline->refused_fd < 0)
		pipeline->refused_fd = refused_open(pipeline->spool, &err);
	if (pipeline->refused_fd >= 0)
		kept = refused_append(
		    pipeline->refused_fd, outbox->spans + range.first,
		    outbox->job_ids + range.first, range.n, &err);
	pipeline->counts.refused += kept;
	pipeline->counts.lost += range.n - kept;
	if (kept < range.n)
		log_cause_say(&pipeline->keeping, LOG_LEVEL_ERROR,
			      "%zu refused spans are lost: %s", range.n - kept,
			      err.msg);
}

static void refuse(struct pipeline *pipeline, const struct endpoint *endpoint,
		   struct range range, const char *why)
{
	pipeline->refused_some = true;
	keep_refused(pipeline, range);
	log_cause_say(
	    &pipeline->refusing, LOG_LEVEL_ERROR,
	    "%s refuses spans for good: %s; they are set aside in %s/%s",
	    exporter_name(endpoint->exporter), why, pipeline->spool,
	    REFUSED_DIR);
}

static void accept_range(struct pipeline *pipeline,
			 const struct endpoint *endpoint, struct range range,
			 const struct export_result *result)
{
	uint64_t rejected = result->rejected;

	if (rejected > range.n)
		rejected = range.n; /* a receiver that can not count */
	pipeline->counts.sent += range.n - rejected;
	pipeline->counts.rejected += rejected;
	if (!*result->msg)
		return;
	pipeline->refused_some = true;
	log_cause_say(&pipeline->refusing, LOG_LEVEL_WARNING,
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
	endpoint_answered(endpoint);
	if (result.verdict == VERDICT_SENT)
		accept_range(pipeline, endpoint, range, &result);
	else if (result.divisible && ranges_halve(&pipeline->ranges))
		return;
	else
		refuse(pipeline, endpoint, range, result.msg);
	ranges_pop(&pipeline->ranges);
}

static uint64_t send_batch(struct pipeline *pipeline, uint64_t now)
{
	struct endpoint *endpoint;
	uint64_t next = now;

	endpoint = endpoints_pick(pipeline->target.endpoints, now, &next);
	pipeline->blocked = !endpoint;
	if (!endpoint) {
		commit(pipeline); /* there is time now */
		return next;
	}
	send_range(pipeline, endpoint);
	if (!ranges_empty(&pipeline->ranges))
		return now;
	if (!pipeline->refused_some) {
		log_cause_over(&pipeline->refusing,
			       "whole batches are accepted again");
		log_cause_over(&pipeline->keeping,
			       "no refused spans are lost any more");
	}
	settle(pipeline);
	return now;
}

uint64_t pipeline_step(struct pipeline *pipeline, uint64_t now, bool hurry)
{
	switch (pipeline->state) {
	case IDLE:
		return TIME_NEVER;
	case GATHERING:
		if (!hurry && now < pipeline->wake_at)
			return pipeline->wake_at;
		return read_batch(pipeline, now);
	case READING:
		return read_batch(pipeline, now);
	case SENDING:
		return send_batch(pipeline, now);
	}
	return TIME_NEVER;
}
