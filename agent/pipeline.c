/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the spool to a receiver: its life, and what to do next; see pipeline.h.
 */
#include "pipeline.h"

#include <errno.h>
#include <stdlib.h>

#include "behind.h"
#include "clock.h"
#include "pipeline_private.h"
#include "util/cleanup.h"

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
	pipeline->spool_fd = spool_fd;
	pipeline->comments = comments;
	pipeline->look_wanted = comments != NULL;
	pipeline->counted.side = !comments;
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

void pipeline_destroy(struct pipeline *pipeline)
{
	int saved = errno;

	if (!pipeline)
		return;
	pipeline_commit(pipeline);
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
	pipeline->lane = 0;
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

/* Nothing of the spool is in hand, and comments need not wait. */
static bool may_look(const struct pipeline *pipeline)
{
	return pipeline->comments && pipeline->state == PAUSING &&
	       pipeline->pause == PAUSE_RECEIVER;
}

bool pipeline_wants_notice(const struct pipeline *pipeline)
{
	return pipeline_idle(pipeline) ||
	       (may_look(pipeline) && !pipeline->look_wanted);
}

void pipeline_plan_look(struct pipeline *pipeline, uint64_t at)
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
	if (pipeline->comments && !pipeline->look_wanted) {
		pipeline->look_wanted = true;
		if (may_look(pipeline))
			pipeline_plan_look(pipeline, now + delay);
	}
}

void pipeline_recheck(struct pipeline *pipeline, uint64_t now)
{
	struct spool_stats stats;

	if (spool_stats(pipeline->spool_fd, &stats, NULL) < 0 || stats.bytes)
		pipeline_notice(pipeline, now,
				pipeline->target.config->batch_timeout);
}

/* ---- the place in the spool --------------------------------------------- */

/* Marked first: the flushes take their time, in which we may be killed. */
int pipeline_commit(struct pipeline *pipeline)
{
	struct err err;

	if (!pipeline->to_commit)
		return 0;
	pipeline_mark(pipeline);
	if ((pipeline->target.behind &&
	     behind_sync(pipeline->target.behind, &err) < 0) ||
	    spool_commit(pipeline->reader, pipeline->segment, pipeline->end,
			 &err) < 0) {
		log_cause_say(&pipeline->committing, LOG_LEVEL_ERROR,
			      "%s; delivered spans may be sent again", err.msg);
		return -1;
	}
	log_cause_over(&pipeline->committing, "the spool's cursor moves again");
	pipeline->to_commit = false;
	pipeline->uncommitted = 0;
	metrics_committed(pipeline->target.metrics, &pipeline->counted);
	return 0;
}

/* The cursor does not go before what a queue got instead, and must not be on
 * the disk before it: that has its flush with the commit. */
void pipeline_mark(struct pipeline *pipeline)
{
	if ((!pipeline->target.behind ||
	     behind_flushed(pipeline->target.behind)) &&
	    spool_mark(pipeline->reader, pipeline->segment, pipeline->end,
		       NULL) == 0)
		metrics_committed(pipeline->target.metrics, &pipeline->counted);
}

void pipeline_settle(struct pipeline *pipeline)
{
	if (pipeline->outbox.moved) {
		pipeline->segment = pipeline->outbox.segment;
		pipeline->end = pipeline->outbox.end;
		pipeline->to_commit = true;
	}
	metrics_settled(&pipeline->counted, pipeline->outbox.n);
	outbox_reset(&pipeline->outbox);
	pipeline->state = READING;
}

void pipeline_put_back(struct pipeline *pipeline)
{
	struct err err;

	outbox_reset(&pipeline->outbox);
	pipeline->has_pending = false;
	pipeline_commit(pipeline);
	if (spool_rewind(pipeline->reader, &err) < 0)
		log_say(LOG_LEVEL_DEBUG, "%s", err.msg);
	/* what could not be committed is sent again */
	metrics_put_back(pipeline->target.metrics, &pipeline->counted);
	pipeline->to_commit = false;
	pipeline->uncommitted = 0;
}

/* ---- steps -------------------------------------------------------------- */

uint64_t pipeline_pause(struct pipeline *pipeline, enum pause pause,
			uint64_t until)
{
	pipeline->state = PAUSING;
	pipeline->pause = pause;
	pipeline->wake_at = until;
	return until;
}

uint64_t pipeline_rest(struct pipeline *pipeline, uint64_t now)
{
	if (pipeline_commit(pipeline) < 0)
		return pipeline_pause(pipeline, PAUSE_TROUBLE,
				      now + TROUBLE_PAUSE_MS);
	pipeline->look_wanted = false;
	pipeline->state = IDLE;
	pipeline_recheck(pipeline, now);
	return pipeline_idle(pipeline) ? TIME_NEVER : pipeline->wake_at;
}

static uint64_t step_pause(struct pipeline *pipeline, uint64_t now)
{
	if (now >= pipeline->wake_at)
		return pipeline_read(pipeline, now);
	if (now >= pipeline->look_at)
		pipeline_look(pipeline, now);
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
		return pipeline_read(pipeline, now);
	case READING:
		return pipeline_read(pipeline, now);
	case SENDING:
		return pipeline_send(pipeline, now);
	case PAUSING:
		return step_pause(pipeline, now);
	}
	return TIME_NEVER;
}
