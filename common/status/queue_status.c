/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks at the queues of endpoints that are behind; see queue_status.h. */
#include "status/queue_status.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spool/spool.h"
#include "util/cleanup.h"

#define BEHIND_DIR "behind"
#define OPEN_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

static struct queue_census *find(struct queue_status *status, const char *name,
				 struct err *err)
{
	struct queue_census *more;

	for (size_t i = 0; i < status->n; i++)
		if (!strcmp(status->queues[i].name, name))
			return &status->queues[i];
	more = reallocarray(status->queues, status->n + 1, sizeof(*more));
	if (!more) {
		err_set(err, "no memory to count a queue");
		return NULL;
	}
	status->queues = more;
	more += status->n++;
	*more = (struct queue_census){ .seen = false };
	memcpy(more->name, name, QUEUE_NAME_SIZE);
	return more;
}

static void add(struct queue_status *to, const struct spool_waiting *waiting,
		const struct spool_stats *stats)
{
	to->waiting.records += waiting->records;
	to->waiting.spans += waiting->spans;
	if (waiting->oldest_ns && (!to->waiting.oldest_ns ||
				   waiting->oldest_ns < to->waiting.oldest_ns))
		to->waiting.oldest_ns = waiting->oldest_ns;
	to->bytes += stats->bytes;
	to->lost += stats->dropped_records + stats->failed_records;
}

static int count_queue(struct queue_status *status, int behind_fd,
		       const char *name, struct queue_status *sum,
		       struct err *err)
{
	_cleanup_close_ int fd = openat(behind_fd, name, OPEN_FLAGS);
	struct spool_waiting waiting;
	struct queue_census *queue;
	struct spool_stats stats;

	if (fd < 0)
		/* removed just now: it was empty */
		return errno == ENOENT ? 0
				       : err_set(err, "open %s/%s: %m",
						 BEHIND_DIR, name);
	queue = find(status, name, err);
	if (!queue || spool_stats(fd, &stats, err) < 0 ||
	    spool_census_update(&queue->census, fd, &waiting, err) < 0)
		return -1;
	queue->seen = true;
	add(sum, &waiting, &stats);
	return 0;
}

static bool is_queue(const char *name)
{
	return strspn(name, "0123456789abcdef") == QUEUE_NAME_SIZE - 1 &&
	       !name[QUEUE_NAME_SIZE - 1];
}

static int count_all(struct queue_status *status, DIR *dir,
		     struct queue_status *sum, struct err *err)
{
	struct dirent *entry;
	size_t n = 0;

	while (errno = 0, (entry = readdir(dir)))
		if (is_queue(entry->d_name) && n++ < QUEUES_MAX &&
		    count_queue(status, dirfd(dir), entry->d_name, sum, err) <
			    0)
			return -1;
	return errno ? err_set(err, "list %s: %m", BEHIND_DIR) : 0;
}

static void forget_unseen(struct queue_status *status)
{
	size_t kept = 0;

	for (size_t i = 0; i < status->n; i++)
		if (status->queues[i].seen)
			status->queues[kept++] = status->queues[i];
		else
			spool_census_free(&status->queues[i].census);
	status->n = kept;
}

int queue_status_update(struct queue_status *status, int spool_fd,
			struct err *err)
{
	_cleanup_close_ int fd = openat(spool_fd, BEHIND_DIR, OPEN_FLAGS);
	struct queue_status sum = { .n = 0 };
	DIR *dir = NULL;
	int r = 0;

	if (fd < 0 && errno != ENOENT)
		return err_set(err, "open %s: %m", BEHIND_DIR);
	for (size_t i = 0; i < status->n; i++)
		status->queues[i].seen = false;
	if (fd >= 0) {
		dir = fdopendir(fd);
		if (!dir)
			return err_set(err, "list %s: %m", BEHIND_DIR);
		take_fd(&fd);
		r = count_all(status, dir, &sum, err);
		closedir(dir);
	}
	if (r < 0)
		return -1;
	forget_unseen(status);
	status->waiting = sum.waiting;
	status->bytes = sum.bytes;
	status->lost = sum.lost;
	return 0;
}

void queue_status_free(struct queue_status *status)
{
	for (size_t i = 0; i < status->n; i++)
		spool_census_free(&status->queues[i].census);
	cleanup_freep(&status->queues);
	*status = (struct queue_status){ .n = 0 };
}
