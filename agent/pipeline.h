/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a spool to the receivers: read a batch, send it, settle every span of it
 * (accepted, set aside in bad/, or handed to the queue of an endpoint that can
 * not take it now), move the cursor.  Never sleeps: it says when it wants to
 * be called again.
 */
#ifndef OTEL_AGENT_PIPELINE_H
#define OTEL_AGENT_PIPELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "comments.h"
#include "config/config.h"
#include "endpoints.h"
#include "metrics.h"
#include "otlp/resource.h"
#include "util/err.h"

struct behind;

/* What it works with; borrowed, and replaced together on a new configuration.
 */
struct pipeline_target {
	const struct config *config;
	struct endpoints *endpoints; /* no other pipeline's */
	const struct resource *resource;
	struct metrics *metrics;  /* where all is counted */
	struct behind *behind;    /* every endpoint gets every span, and these
				   * are their queues; NULL: one gets it */
	const uint64_t *deadline; /* clock_ms by which a send has to end */
	/* Asked in the middle of something long: is there a signal to heed? */
	bool (*interrupted)(void *arg);
	void *arg;
};

struct pipeline;

/* spool is the directory's path and spool_fd its descriptor; comments may be
 * NULL: it is the queue of an endpoint, whose spans were counted before.  All
 * are borrowed.  Returns NULL with err. */
struct pipeline *pipeline_create(const char *spool, int spool_fd,
				 struct comments *comments, struct err *err);
/* Commits what is settled. */
void pipeline_destroy(struct pipeline *pipeline);

/* To be called before the first step.  Before another target takes the place of
 * one with queues, pipeline_let_go. */
void pipeline_aim(struct pipeline *pipeline,
		  const struct pipeline_target *target);
/* Hands what is in hand to the queues of those that did not get it yet. */
void pipeline_let_go(struct pipeline *pipeline);

/* The spool may hold something new: it is read when delay has passed, so that a
 * burst of records is one batch and one wake-up. */
void pipeline_notice(struct pipeline *pipeline, uint64_t now, uint64_t delay);

/* As pipeline_notice, but only if the spool holds something: for a notice that
 * may be the echo of what the pipeline did itself. */
void pipeline_recheck(struct pipeline *pipeline, uint64_t now);

/*
 * Does one thing: reads a batch or sends a request.  With hurry it does not
 * wait for a batch to grow.  Returns the clock_ms at which to call again: at
 * most now when there is more to do at once, TIME_NEVER when the spool is
 * empty.
 */
uint64_t pipeline_step(struct pipeline *pipeline, uint64_t now, bool hurry);

/* Nothing is in hand and the spool was empty when last read. */
bool pipeline_idle(const struct pipeline *pipeline);
/* It can not go on now: no receiver takes spans, or the spool can not be read.
 */
bool pipeline_stuck(const struct pipeline *pipeline);
/* pipeline_notice would change something. */
bool pipeline_wants_notice(const struct pipeline *pipeline);

#endif
