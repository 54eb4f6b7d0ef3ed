/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * EndpointPolicy=all: settles a batch with each endpoint in turn.  None is
 * waited for: what one can not take now goes to its queue, and the batch to the
 * next.  In the order of a queue, nothing overtakes what waits there.
 */
#include "behind.h"
#include "clock.h"
#include "log.h"
#include "pipeline_private.h"

/* Hands what is left of the batch to the queue.  Returns -1 when that has no
 * room, which it has logged; the rest is still left then. */
static int divert(struct pipeline *pipeline)
{
	const struct outbox *outbox = &pipeline->outbox;
	struct err err;

	while (!ranges_empty(&pipeline->ranges)) {
		struct range range = ranges_top(&pipeline->ranges);
		size_t n = behind_append(
			pipeline->target.behind, pipeline->lane,
			outbox->spans + range.first,
			outbox->job_ids + range.first, range.n, &err);

		if (n < range.n) {
			ranges_skip(&pipeline->ranges, n);
			log_cause_say(&pipeline->diverting, LOG_LEVEL_ERROR,
				      "the queue of an endpoint that is behind "
				      "can not be written: %s; spans stay in "
				      "the spool",
				      err.msg);
			return -1;
		}
		ranges_pop(&pipeline->ranges);
	}
	log_cause_over(&pipeline->diverting,
		       "queues of endpoints can be written again");
	return 0;
}

/* Returns true when there is one more endpoint. */
static bool next_lane(struct pipeline *pipeline)
{
	if (pipeline->lane + 1 >= pipeline->target.endpoints->n)
		return false;
	pipeline->lane++;
	ranges_start(&pipeline->ranges, pipeline->outbox.n);
	endpoints_new_range(pipeline->target.endpoints);
	return true;
}

/* Through the queue also when the queue is empty but the endpoint failed last:
 * to try it is the queue's work, which keeps nobody waiting. */
static bool send_or_divert(struct pipeline *pipeline)
{
	struct endpoint *endpoint =
		&pipeline->target.endpoints->list[pipeline->lane];

	if (!endpoint_well(endpoint) ||
	    !behind_empty(pipeline->target.behind, pipeline->lane))
		return divert(pipeline) == 0;
	pipeline_send_range(pipeline, endpoint);
	if (endpoints_refuser(pipeline->target.endpoints))
		pipeline_refuse(pipeline, endpoint,
				"the receiver refuses whatever we send");
	return true;
}

bool pipeline_fan_out(struct pipeline *pipeline)
{
	if (!send_or_divert(pipeline))
		return false;
	if (ranges_empty(&pipeline->ranges))
		next_lane(pipeline);
	return true;
}

static void hand_over(struct pipeline *pipeline)
{
	do {
		if (divert(pipeline) < 0) {
			/* it is sent again to those that have it already */
			pipeline_put_back(pipeline);
			pipeline->state = READING;
			return;
		}
	} while (next_lane(pipeline));
	pipeline_settle(pipeline);
}

void pipeline_let_go(struct pipeline *pipeline)
{
	if (!pipeline->target.behind)
		return;
	if (pipeline->state == SENDING)
		hand_over(pipeline);
	pipeline_commit(pipeline); /* while it can flush the queues */
}
