/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes batches, and comments of jobs, out of the spool. */
#include <errno.h>

#include "clock.h"
#include "pipeline_private.h"

/* A writer holds what comes next: see spool_blocked. */
#define WRITER_PAUSE_MS 500
/* With no receiver, comments are looked for this often at most, and a hundred
 * times longer than the look takes: it reads the whole backlog. */
#define LOOK_PAUSE_MS 5000
#define LOOK_SHARE 100
/* After so many records it asks whether a signal came: well under 10 ms. */
#define LOOK_RECORDS 1024

static void pass_unknown(struct pipeline *pipeline,
			 const struct spool_record *record)
{
	metrics_unknown(pipeline->target.metrics);
	if (!pipeline->said_unknown)
		log_say(LOG_LEVEL_WARNING,
			"the spool holds records of kind %d, which this "
			"version does not know; they are skipped and counted",
			(int)record->kind);
	pipeline->said_unknown = true;
}

/* Deals with what is no span: at once, since no receiver has to take it, and
 * once, although it is met again when its batch was put back. */
static void take_aside(struct pipeline *pipeline,
		       const struct spool_record *record)
{
	if (record->segment < pipeline->seen_segment ||
	    (record->segment == pipeline->seen_segment &&
	     record->end <= pipeline->seen_end))
		return;
	pipeline->seen_segment = record->segment;
	pipeline->seen_end = record->end;
	if (record->kind == SPOOL_COMMENT && pipeline->comments)
		comments_take(pipeline->comments, record, clock_ms());
	else
		pass_unknown(pipeline, record);
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
	take_aside(pipeline, record);
	outbox_pass(&pipeline->outbox, record);
	return 0;
}

static struct outbox_limit limit(const struct pipeline *pipeline)
{
	const struct config *config = pipeline->target.config;
	size_t resource = pipeline->target.resource->len;
	size_t bytes = (size_t)config->max_export_batch_bytes;
	size_t spans =
		endpoints_batch_limit(pipeline->target.endpoints, clock_ms());

	if (spans > config->max_export_batch_size)
		spans = (size_t)config->max_export_batch_size;
	return (struct outbox_limit){
		.spans = spans,
		.bytes = bytes > resource ? bytes - resource : 0,
	};
}

static int next_record(struct pipeline *pipeline, struct spool_record *ret,
		       struct err *err)
{
	if (!pipeline->has_pending)
		return spool_read(pipeline->reader, ret, err);
	*ret = pipeline->pending;
	pipeline->has_pending = false;
	return 1;
}

/* Returns -1 with err; then what was read is to be put back.  But spans that
 * could be read are a batch: the trouble is met again after them. */
static int fill(struct pipeline *pipeline, struct err *err)
{
	struct outbox_limit max = limit(pipeline);
	struct spool_record record;

	outbox_reset(&pipeline->outbox);
	for (;;) {
		int rc = next_record(pipeline, &record, err);

		pipeline->drained = rc == 0;
		if (rc == 0 || (rc < 0 && pipeline->outbox.n))
			break;
		if (rc > 0 && record.kind == SPOOL_SPAN &&
		    outbox_full(&pipeline->outbox, &max, record.len)) {
			pipeline->pending = record;
			pipeline->has_pending = true;
			break;
		}
		if (rc < 0 || take(pipeline, &record, err) < 0)
			return -1;
	}
	outbox_seal(&pipeline->outbox);
	return 0;
}

static uint64_t begin_batch(struct pipeline *pipeline, uint64_t now)
{
	ranges_start(&pipeline->ranges, pipeline->outbox.n);
	endpoints_new_range(pipeline->target.endpoints);
	pipeline->lane = 0;
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

	pipeline_settle(pipeline);
	if (pipeline->to_commit) {
		/* there may be more now: a reader holds so many segments */
		if (pipeline_commit(pipeline) == 0)
			return now;
		return pipeline_pause(pipeline, PAUSE_TROUBLE,
				      now + TROUBLE_PAUSE_MS);
	}
	if (writer)
		return pipeline_pause(pipeline, PAUSE_WRITER,
				      now + WRITER_PAUSE_MS);
	pipeline->look_wanted = false;
	pipeline->state = IDLE;
	return TIME_NEVER;
}

uint64_t pipeline_read(struct pipeline *pipeline, uint64_t now)
{
	struct err err;

	pipeline->look_at = TIME_NEVER;
	if (fill(pipeline, &err) < 0) {
		log_cause_say(&pipeline->reading, LOG_LEVEL_ERROR,
			      "%s; spans stay in the spool", err.msg);
		pipeline_put_back(pipeline);
		return pipeline_pause(pipeline, PAUSE_TROUBLE,
				      now + TROUBLE_PAUSE_MS);
	}
	log_cause_over(&pipeline->reading, "the spool can be read again");
	return pipeline->outbox.n ? begin_batch(pipeline, now)
				  : nothing_read(pipeline, now);
}

static bool interrupted(const struct pipeline *pipeline)
{
	const struct pipeline_target *target = &pipeline->target;

	return target->interrupted && target->interrupted(target->arg);
}

/* Returns false when a signal came before the spool's end. */
static bool take_comments(struct pipeline *pipeline)
{
	struct spool_record record;

	for (unsigned n = 1; spool_read(pipeline->reader, &record, NULL) == 1;
	     n++) {
		if (record.kind != SPOOL_SPAN)
			take_aside(pipeline, &record);
		if (n % LOOK_RECORDS == 0 && interrupted(pipeline))
			return false;
	}
	return true;
}

/* No receiver takes spans, but comments are not for receivers. */
void pipeline_look(struct pipeline *pipeline, uint64_t now)
{
	bool all = take_comments(pipeline);
	uint64_t end;

	pipeline_put_back(pipeline);
	end = clock_ms();
	pipeline->look_not_before =
		end + LOOK_PAUSE_MS + LOOK_SHARE * (end - now);
	pipeline->look_wanted = !all;
	pipeline_plan_look(pipeline, end);
}
