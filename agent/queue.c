/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The queue of one endpoint; see queue.h. */
#include "config.h"

#include "queue.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "clock.h"
#include "refused.h"
#include "spool/spool.h"
#include "util/cleanup.h"

void queue_name(uint64_t id, char *ret)
{
	snprintf(ret, QUEUE_NAME_SIZE, "%016" PRIx64, id);
}

/* By descriptor, because the agent's user may not pass the parents' modes. */
static int open_dir(int dirfd, const char *name, struct err *err)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", dirfd, name);
	return spool_open_dir(path, true, (uid_t)-1, (gid_t)-1, err);
}

static int set_up(struct queue *queue, int dirfd, const char *name,
		  const char *path, struct err *err)
{
	queue->fd = open_dir(dirfd, name, err);
	if (queue->fd < 0)
		return -1;
	/* the directory's name is to survive as what is put into it */
	if (fsync(dirfd) < 0 && errno != EINVAL)
		return err_set(err, "flush %s: %m", path);
	if (asprintf(&queue->path, "%s/%s", path, name) < 0) {
		queue->path = NULL;
		errno = ENOMEM;
		return err_set(err, "no memory for a queue");
	}
	queue->pipeline = pipeline_create(queue->path, queue->fd, NULL, err);
	return queue->pipeline ? 0 : -1;
}

int queue_open(struct queue *queue, int dirfd, const char *path, uint64_t id,
	       struct err *err)
{
	char name[QUEUE_NAME_SIZE];

	*queue = (struct queue)QUEUE_CLOSED;
	queue->id = id;
	queue_name(id, name);
	if (set_up(queue, dirfd, name, path, err) == 0)
		return 0;
	queue_close(queue);
	return -1;
}

void queue_close(struct queue *queue)
{
	uint64_t id = queue->id;

	pipeline_destroy(queue->pipeline);
	cleanup_closep(&queue->refused_fd);
	cleanup_closep(&queue->fd);
	cleanup_freep(&queue->path);
	*queue = (struct queue)QUEUE_CLOSED;
	queue->id = id;
}

/* What spool_open_dir and a reader leave in a spool that is empty. */
static const char *const leavings[] = { "current", "cursor", "cursor.tmp",
					"dropped", "rotate.lock" };

static bool holds_nothing(int fd)
{
	struct spool_stats stats;

	return spool_stats(fd, &stats, NULL) == 0 && !stats.bytes &&
	       !stats.dropped_records && !stats.failed_records &&
	       !stats.torn_runs && faccessat(fd, REFUSED_DIR, F_OK, 0) < 0;
}

void queue_remove(struct queue *queue, int dirfd)
{
	char name[QUEUE_NAME_SIZE];
	int fd = -1;

	queue_name(queue->id, name);
	if (holds_nothing(queue->fd))
		fd = dup(queue->fd);
	queue_close(queue);
	if (fd < 0)
		return;
	for (size_t i = 0; i < sizeof(leavings) / sizeof(leavings[0]); i++)
		unlinkat(fd, leavings[i], 0);
	close(fd);
	unlinkat(dirfd, name, AT_REMOVEDIR);
}

void queue_aim(struct queue *queue, const struct pipeline_target *target,
	       struct endpoints endpoints)
{
	struct pipeline_target own = *target;

	queue->endpoints = endpoints;
	own.endpoints = &queue->endpoints;
	pipeline_aim(queue->pipeline, &own);
}

static int append_one(const struct queue *queue, uint64_t max_size,
		      const struct iovec *span, uint32_t job_id,
		      struct err *err)
{
	const struct spool_options options = { .max_size = max_size,
					       .kept = true };

	return spool_append(queue->fd, &options, SPOOL_SPAN, job_id,
			    span->iov_base, span->iov_len, err);
}

size_t queue_append(struct queue *queue, uint64_t max_size,
		    const struct iovec *spans, const uint32_t *job_ids,
		    size_t n, struct err *err)
{
	size_t done = 0;

	while (done < n && append_one(queue, max_size, &spans[done],
				      job_ids[done], err) == 0)
		done++;
	if (!done)
		return 0;
	queue->dirty = true;
	pipeline_notice(queue->pipeline, clock_ms(), 0);
	return done;
}

int queue_sync(struct queue *queue, struct err *err)
{
	if (!queue->dirty)
		return 0;
	if (spool_sync(queue->fd, queue->flushed, &queue->flushed, err) < 0)
		return -1;
	queue->dirty = false;
	return 0;
}

int queue_refused(struct queue *queue, struct err *err)
{
	if (queue->refused_fd < 0)
		queue->refused_fd = refused_open(queue->fd, err);
	return queue->refused_fd;
}
