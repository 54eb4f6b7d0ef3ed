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
	metrics_unknown(pipeline->target.metrics);
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
	pipeline->drained = false;
	while (!outbox_full(&pipeline->outbox, max)) {
		rc = spool_read(pipeline->reader, &record, err);
		pipeline->drained = rc == 0;
		if (rc == 0)
			break;
		if (rc < 0 || take(pipeline, &record, err) < 0)
			return -1;
	}
	outbox_seal(&pipeline->outbox);
	return 0;
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

/* No receiver takes spans, but comments are not for receivers. */
void pipeline_look(struct pipeline *pipeline, uint64_t now)
{
	struct spool_record record;
	uint64_t end;

	while (spool_read(pipeline->reader, &record, NULL) == 1)
		if (record.kind == SPOOL_COMMENT)
			take_comment(pipeline, &record);
	pipeline_put_back(pipeline);
	end = clock_ms();
	pipeline->look_wanted = false;
	pipeline->look_at = TIME_NEVER;
	pipeline->look_not_before =
		end + LOOK_PAUSE_MS + LOOK_SHARE * (end - now);
}
