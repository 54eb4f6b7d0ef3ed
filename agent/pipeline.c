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
/* After the spool could not be read, or the cursor not be moved. */
#define TROUBLE_PAUSE_MS 5000
/* A writer holds what comes next: see spool_blocked. */
#define WRITER_PAUSE_MS 500
/* With no receiver, comments are looked for this often at most, and a hundred
 * times longer than the look takes: it reads the whole backlog. */
#define LOOK_PAUSE_MS 5000
#define LOOK_SHARE 100

enum state {
	IDLE,      /* nothing there when last looked */
	GATHERING, /* something is there; read it at wake_at */
	READING,
	SENDING, /* a batch is in hand */
	PAUSING, /* none is; go on reading at wake_at */
};

enum pause {
	PAUSE_WRITER,   /* one holds what comes next */
	PAUSE_TROUBLE,  /* with the spool */
	PAUSE_RECEIVER, /* every endpoint is in its backoff */
};

struct pipeline {
	const char *spool;
	struct spool_reader *reader;
	struct comments *comments;
	struct pipeline_target target;
	enum state state;
	enum pause pause; /* PAUSING */
	uint64_t wake_at; /* GATHERING, PAUSING */
	bool look_wanted; /* comments may be in what was not read yet */
	uint64_t look_at; /* for them; TIME_NEVER: not while this lasts */
	uint64_t look_not_before;
	bool held; /* SENDING in part, and every endpoint is in its backoff */
	struct outbox outbox;
	struct ranges ranges;
	bool touched;      /* a part of the batch in hand is settled */
	bool refused_some; /* of it */
	unsigned uncommitted;
	bool to_commit; /* segment and end are set */
	uint64_t segment, end;
	uint64_t seen_segment, seen_end; /* up to here comments were taken */
	int refused_fd;                  /* -1: not open */
	struct pipeline_counts counts;
	struct log_cause reading, committing, refusing, keeping;
	bool said_unknown;
};

/* ---- life -------------------------------------------------------------- */

struct pipeline *pipeline_create(const char *spool, int spool_fd,
				 struct comments *comments, struct err *err)
{
	struct pipeline *pipeline = calloc(1, sizeof(*pipeline));

	if (!pipeline) {
		errno = ENOMEM;
		err_set(err, "no memory");
		return NULL;
	}
	pipeline->refused_fd = -1;
	pipeline->spool = spool;
	pipeline->comments = comments;
	pipeline->look_wanted = true;
	pipeline->look_at = TIME_NEVER;
	pipeline->reader = spool_reader_create(spool_fd, err);
	if (!pipeline->reader) {
		free(pipeline);
		return NULL;
	}
	/* what an earlier agent left is there at once */
	pipeline->state = GATHERING;
	return pipeline;
}

/* Returns -1 when the cursor could not be moved, which it has logged. */
static int commit(struct pipeline *pipeline)
{
	struct err err;

	if (!pipeline->to_commit)
		return 0;
	if (spool_commit(pipeline->reader, pipeline->segment, pipeline->end,
			 &err) < 0) {
		log_cause_say(&pipeline->committing, LOG_LEVEL_ERROR,
			      "%s; delivered spans may be sent again", err.msg);
		return -1;
	}
	log_cause_over(&pipeline->committing, "the spool's cursor moves again");
	pipeline->to_commit = false;
	pipeline->uncommitted = 0;
	return 0;
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
	/* new endpoints owe us no pause */
	if (pipeline->state == PAUSING && pipeline->pause == PAUSE_RECEIVER)
		pipeline->state = READING;
}

bool pipeline_idle(const struct pipeline *pipeline)
{
	return pipeline->state == IDLE;
}

bool pipeline_stuck(const struct pipeline *pipeline)
{
	if (pipeline->state == SENDING)
		return pipeline->held;
	return pipeline->state == PAUSING && pipeline->pause != PAUSE_WRITER;
}

const struct pipeline_counts *pipeline_counts(const struct pipeline *pipeline)
{
	return &pipeline->counts;
}

/* Nothing of the spool is in hand, and comments need not wait. */
static bool may_look(const struct pipeline *pipeline)
{
	return pipeline->state == PAUSING && pipeline->pause == PAUSE_RECEIVER;
}

bool pipeline_wants_notice(const struct pipeline *pipeline)
{
	return pipeline_idle(pipeline) ||
	       (may_look(pipeline) && !pipeline->look_wanted);
}

static void plan_look(struct pipeline *pipeline, uint64_t at)
{
	if (!pipeline->look_wanted)
		pipeline->look_at = TIME_NEVER;
	else if (at > pipeline->look_not_before)
		pipeline->look_at = at;
	else
		pipeline->look_at = pipeline->look_not_before;
}

void pipeline_notice(struct pipeline *pipeline, uint64_t now, uint64_t delay)
{
	if (pipeline_idle(pipeline)) {
		pipeline->state = GATHERING;
		pipeline->wake_at = now + delay;
	}
	if (!pipeline->look_wanted) {
		pipeline->look_wanted = true;
		if (may_look(pipeline))
			plan_look(pipeline, now + delay);
	}
}

/* ---- reading ------------------------------------------------------------ */

static uint64_t pause_for(struct pipeline *pipeline, enum pause pause,
			  uint64_t until)
{
	pipeline->state = PAUSING;
	pipeline->pause = pause;
	pipeline->wake_at = until;
	return until;
}

/* The reader goes back to the cursor, and lets go of what it held. */
static void put_back(struct pipeline *pipeline)
{
	struct err err;

	outbox_reset(&pipeline->outbox);
	commit(pipeline);
	if (spool_rewind(pipeline->reader, &err) < 0)
		log_say(LOG_LEVEL_DEBUG, "%s", err.msg);
	/* what could not be committed is sent again */
	pipeline->to_commit = false;
	pipeline->uncommitted = 0;
}

/* A comment is met again when its batch was put back. */
static void take_comment(struct pipeline *pipeline,
			 const struct spool_record *record)
{
	if (record->segment < pipeline->seen_segment ||
	    (record->segment == pipeline->seen_segment &&
	     record->end <= pipeline->seen_end))
		return;
	pipeline->seen_segment = record->segment;
	pipeline->seen_end = record->end;
	comments_take(pipeline->comments, record, clock_ms());
}

static void pass_unknown(struct pipeline *pipeline,
			 const struct spool_record *record)
{
	pipeline->counts.unknown++;
	if (!pipeline->said_unknown)
		log_say(LOG_LEVEL_WARNING,
			"the spool holds records of kind %d, which this "
			"version does not know; they are skipped and counted",
			(int)record->kind);
	pipeline->said_unknown = true;
}

static int take(struct pipeline *pipeline, const struct spool_record *record,
		struct err *err)
{
	if (record->kind == SPOOL_SPAN) {
		if (outbox_add(&pipeline->outbox, record) == 0)
			return 0;
		errno = ENOMEM;
		return err_set(err, "no memory for a batch");
	}
	if (record->kind == SPOOL_COMMENT)
		take_comment(pipeline, record);
	else
		pass_unknown(pipeline, record);
	outbox_pass(&pipeline->outbox, record);
	return 0;
}

/* Returns -1 with err; then what was read is to be put back. */
static int fill(struct pipeline *pipeline, struct err *err)
{
	size_t max = (size_t)pipeline->target.config->max_export_batch_size;
	struct spool_record record;
	int rc = 1;

	outbox_reset(&pipeline->outbox);
	while (!outbox_full(&pipeline->outbox, max)) {
		rc = spool_read(pipeline->reader, &record, err);
		if (rc == 0)
			break;
		if (rc < 0 || take(pipeline, &record, err) < 0)
			return -1;
	}
	outbox_seal(&pipeline->outbox);
	return 0;
}

/* What was read is settled, to its end: the cursor may move there. */
static void settle(struct pipeline *pipeline)
{
	if (pipeline->outbox.moved) {
		pipeline->segment = pipeline->outbox.segment;
		pipeline->end = pipeline->outbox.end;
		pipeline->to_commit = true;
	}
	outbox_reset(&pipeline->outbox);
	pipeline->state = READING;
}

static uint64_t begin_batch(struct pipeline *pipeline, uint64_t now)
{
	ranges_start(&pipeline->ranges, pipeline->outbox.n);
	pipeline->touched = false;
	pipeline->refused_some = false;
	pipeline->held = false;
	pipeline->state = SENDING;
	return now;
}

/* The reader gave no span. */
static uint64_t nothing_read(struct pipeline *pipeline, uint64_t now)
{
	bool writer = spool_blocked(pipeline->reader);

	settle(pipeline);
	if (pipeline->to_commit) {
		/* there may be more now: a reader holds so many segments */
		if (commit(pipeline) == 0)
			return now;
		return pause_for(pipeline, PAUSE_TROUBLE,
				 now + TROUBLE_PAUSE_MS);
	}
	if (writer)
		return pause_for(pipeline, PAUSE_WRITER, now + WRITER_PAUSE_MS);
	pipeline->look_wanted = false;
	pipeline->state = IDLE;
	return TIME_NEVER;
}

static uint64_t read_batch(struct pipeline *pipeline, uint64_t now)
{
	struct err err;

	pipeline->look_at = TIME_NEVER;
	if (fill(pipeline, &err) < 0) {
		log_cause_say(&pipeline->reading, LOG_LEVEL_ERROR,
			      "%s; spans stay in the spool", err.msg);
		put_back(pipeline);
		return pause_for(pipeline, PAUSE_TROUBLE,
				 now + TROUBLE_PAUSE_MS);
	}
	log_cause_over(&pipeline->reading, "the spool can be read again");
	return pipeline->outbox.n ? begin_batch(pipeline, now)
				  : nothing_read(pipeline, now);
}

/* No receiver takes spans, but comments are not for receivers. */
static void look_for_comments(struct pipeline *pipeline, uint64_t now)
{
	struct spool_record record;
	uint64_t end;

	while (spool_read(pipeline->reader, &record, NULL) == 1)
		if (record.kind == SPOOL_COMMENT)
			take_comment(pipeline, &record);
	put_back(pipeline);
	end = clock_ms();
	pipeline->look_wanted = false;
	pipeline->look_at = TIME_NEVER;
	pipeline->look_not_before =
		end + LOOK_PAUSE_MS + LOOK_SHARE * (end - now);
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
	pipeline->touched = true;
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
		commit(pipeline); /* there is time now */
		return until;
	}
	put_back(pipeline);
	plan_look(pipeline, now);
	pause_for(pipeline, PAUSE_RECEIVER, until);
	return time_earlier(until, pipeline->look_at);
}

static uint64_t send_batch(struct pipeline *pipeline, uint64_t now)
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
	settle(pipeline);
	if (++pipeline->uncommitted >= COMMIT_EVERY)
		commit(pipeline);
	return now;
}

static uint64_t step_pause(struct pipeline *pipeline, uint64_t now)
{
	if (now >= pipeline->wake_at)
		return read_batch(pipeline, now);
	if (now >= pipeline->look_at)
		look_for_comments(pipeline, now);
	return time_earlier(pipeline->wake_at, pipeline->look_at);
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
	case PAUSING:
		return step_pause(pipeline, now);
	}
	return TIME_NEVER;
}
