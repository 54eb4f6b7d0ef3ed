/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The queues of endpoints that are behind; see behind.h. */
#include "config.h"

#include "behind.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "behind_dir.h"
#include "clock.h"
#include "log.h"
#include "queue.h"
#include "util/cleanup.h"

/* More are found once these are delivered, at the next start. */
#define ORPHANS_MAX 64

struct behind {
	const char *spool;
	int spool_fd;
	char *path; /* of behind/ */
	int fd;     /* -1: it is not there */
	struct pipeline_target target;
	struct queue queues[ENDPOINTS_MAX]; /* by index of the endpoint */
	size_t n;
	uint64_t orphans[ORPHANS_MAX]; /* to be delivered after this one */
	size_t n_orphans;
	struct queue orphan;
};

static bool is_open(const struct queue *queue)
{
	return queue->fd >= 0;
}

/* ---- life ---------------------------------------------------------------- */

struct behind *behind_create(const char *spool, int spool_fd, struct err *err)
{
	struct behind *behind = calloc(1, sizeof(*behind));

	if (!behind || asprintf(&behind->path, "%s/" BEHIND_DIR, spool) < 0) {
		free(behind);
		errno = ENOMEM;
		err_set(err, "no memory for the queues of endpoints");
		return NULL;
	}
	behind->spool = spool;
	behind->spool_fd = spool_fd;
	behind->fd = -1;
	behind->orphan = (struct queue)QUEUE_CLOSED;
	return behind;
}

void behind_destroy(struct behind *behind)
{
	int saved = errno;

	if (!behind)
		return;
	queue_close(&behind->orphan); /* its commit flushes the others */
	for (size_t i = 0; i < behind->n; i++)
		queue_close(&behind->queues[i]);
	cleanup_closep(&behind->fd);
	free(behind->path);
	free(behind);
	errno = saved;
}

/* ---- the directory ------------------------------------------------------- */

/* Returns -1 with err, errno ENOENT: it is not there. */
static int open_dir(struct behind *behind, bool make, struct err *err)
{
	if (behind->fd < 0)
		behind->fd = behind_dir_open(behind->spool_fd, behind->path,
					     make, err);
	return behind->fd < 0 ? -1 : 0;
}

static void say_unopened(const struct err *err)
{
	log_say(LOG_LEVEL_ERROR,
		"a queue of spans can not be opened: %s; they stay there",
		err->msg);
}

static struct queue *find(struct behind *behind, uint64_t id)
{
	for (size_t i = 0; i < behind->n; i++)
		if (behind->queues[i].id == id)
			return &behind->queues[i];
	return NULL;
}

/* One that was found on the disk. */
static void meet(uint64_t id, void *arg)
{
	struct behind *behind = arg;
	struct queue *queue = find(behind, id);
	struct err err;

	if (!queue && behind->n_orphans < ORPHANS_MAX)
		behind->orphans[behind->n_orphans++] = id;
	else if (queue && !is_open(queue) &&
		 queue_open(queue, behind->fd, behind->path, id, &err) < 0)
		say_unopened(&err);
}

static void scan(struct behind *behind)
{
	struct err err;

	behind->n_orphans = 0;
	if (open_dir(behind, false, &err) < 0) {
		if (errno != ENOENT)
			say_unopened(&err);
	} else if (behind_dir_list(behind->fd, behind->path, meet, behind,
				   &err) < 0) {
		say_unopened(&err);
	}
}

/* ---- configuration ------------------------------------------------------- */

static void aim_queue(struct behind *behind, size_t i)
{
	struct pipeline_target target = behind->target;

	target.behind = NULL;
	queue_aim(&behind->queues[i], &target,
		  endpoints_view(behind->target.endpoints, i, 1));
}

static void aim_orphan(struct behind *behind)
{
	const struct endpoints *all = behind->target.endpoints;
	struct pipeline_target target = behind->target;

	target.behind = endpoints_fan_out(all) ? behind : NULL;
	queue_aim(&behind->orphan, &target, endpoints_view(all, 0, all->n));
}

/* Those of endpoints that stay go on with what they have in hand. */
static void rearrange(struct behind *behind)
{
	const struct endpoints *all = behind->target.endpoints;
	struct queue old[ENDPOINTS_MAX];
	size_t n_old = behind->n;

	memcpy(old, behind->queues, sizeof(old));
	behind->n = all->n;
	for (size_t i = 0; i < all->n; i++) {
		struct queue *queue = &behind->queues[i];

		*queue = (struct queue)QUEUE_CLOSED;
		queue->id = all->list[i].id;
		for (size_t j = 0; j < n_old; j++)
			if (is_open(&old[j]) && old[j].id == queue->id) {
				*queue = old[j];
				old[j] = (struct queue)QUEUE_CLOSED;
			}
	}
	for (size_t j = 0; j < n_old; j++)
		queue_close(&old[j]);
}

void behind_aim(struct behind *behind, const struct pipeline_target *target)
{
	behind->target = *target;
	rearrange(behind);
	scan(behind);
	for (size_t i = 0; i < behind->n; i++)
		if (is_open(&behind->queues[i]))
			aim_queue(behind, i);
}

void behind_let_go(struct behind *behind)
{
	if (!is_open(&behind->orphan))
		return;
	pipeline_let_go(behind->orphan.pipeline);
	queue_close(&behind->orphan);
}

/* ---- writing ------------------------------------------------------------- */

static struct queue *make(struct behind *behind, size_t endpoint,
			  struct err *err)
{
	struct queue *queue = &behind->queues[endpoint];

	if (is_open(queue))
		return queue;
	if (open_dir(behind, true, err) < 0 ||
	    queue_open(queue, behind->fd, behind->path, queue->id, err) < 0)
		return NULL;
	aim_queue(behind, endpoint);
	return queue;
}

bool behind_empty(const struct behind *behind, size_t endpoint)
{
	const struct queue *queue = &behind->queues[endpoint];

	return !is_open(queue) || pipeline_idle(queue->pipeline);
}

size_t behind_append(struct behind *behind, size_t endpoint,
		     const struct iovec *spans, const uint32_t *job_ids,
		     size_t n, struct err *err)
{
	struct queue *queue = make(behind, endpoint, err);

	return queue ? queue_append(queue,
				    behind->target.config->spool_max_size,
				    spans, job_ids, n, err)
		     : 0;
}

bool behind_flushed(const struct behind *behind)
{
	for (size_t i = 0; i < behind->n; i++)
		if (behind->queues[i].dirty)
			return false;
	return true;
}

int behind_sync(struct behind *behind, struct err *err)
{
	for (size_t i = 0; i < behind->n; i++)
		if (queue_sync(&behind->queues[i], err) < 0)
			return -1;
	return 0;
}

int behind_refused(struct behind *behind, size_t endpoint, struct err *err)
{
	struct queue *queue = make(behind, endpoint, err);

	return queue ? queue_refused(queue, err) : -1;
}

/* ---- emptying ------------------------------------------------------------ */

static void open_orphan(struct behind *behind)
{
	uint64_t id = behind->orphans[--behind->n_orphans];
	struct err err;

	if (queue_open(&behind->orphan, behind->fd, behind->path, id, &err) < 0)
		say_unopened(&err);
	else
		aim_orphan(behind);
}

static uint64_t step_orphan(struct behind *behind, uint64_t now, bool hurry)
{
	struct queue *orphan = &behind->orphan;
	uint64_t next;

	if (!is_open(orphan) && behind->n_orphans)
		open_orphan(behind);
	if (!is_open(orphan))
		return behind->n_orphans ? now : TIME_NEVER;
	next = pipeline_step(orphan->pipeline, now, hurry);
	if (!pipeline_idle(orphan->pipeline))
		return next;
	queue_remove(orphan, behind->fd);
	return now;
}

uint64_t behind_step(struct behind *behind, uint64_t now, bool hurry)
{
	uint64_t next = step_orphan(behind, now, hurry);

	for (size_t i = 0; i < behind->n; i++) {
		struct queue *queue = &behind->queues[i];

		if (is_open(queue))
			next = time_earlier(next,
					    pipeline_step(queue->pipeline,
							  clock_ms(), hurry));
	}
	return next;
}

bool behind_idle(const struct behind *behind)
{
	for (size_t i = 0; i < behind->n; i++)
		if (!behind_empty(behind, i))
			return false;
	return !is_open(&behind->orphan) && !behind->n_orphans;
}

bool behind_stuck(const struct behind *behind)
{
	const struct queue *orphan = &behind->orphan;

	for (size_t i = 0; i < behind->n; i++)
		if (!behind_empty(behind, i) &&
		    !pipeline_stuck(behind->queues[i].pipeline))
			return false;
	return is_open(orphan) ? pipeline_stuck(orphan->pipeline)
			       : !behind->n_orphans;
}

/* ---- what others see ------------------------------------------------------
 */

const char *behind_spool(const struct behind *behind)
{
	return behind->spool;
}

void behind_name(const struct endpoint *endpoint, char *ret)
{
	snprintf(ret, BEHIND_NAME_SIZE, BEHIND_DIR "/%016" PRIx64 "/",
		 endpoint->id);
}
