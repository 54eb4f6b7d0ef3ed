/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes MetricsFile.  It is one for the host, and tells of all its spools,
 * so that the agents of slurmctld and slurmd, which read the same otel.conf,
 * do not overwrite each other with halves.
 */
#include "metrics.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "metrics_private.h"
#include "spool/file.h"
#include "status/prometheus.h"
#include "util/buf.h"
#include "util/cleanup.h"

#define MODE 0644
#define TMP_SUFFIX ".tmp" /* the collector reads what ends in .prom */
/* After another agent was just writing the file; so often, then it is no agent,
 * or one that hangs. */
#define BUSY_PAUSE_MS 500
#define BUSY_TRIES 10
#define LAST_PAUSE_MS 20 /* the same at our end */

/* Opens the directory of path, and points *ret_name to the rest of it. */
static int open_directory(const char *path, const char **ret_name,
			  struct err *err)
{
	const char *slash = strrchr(path, '/');
	char dir[PATH_MAX];
	int fd;

	if (!slash || !slash[1]) {
		errno = EINVAL;
		return err_set(err, "%s is not the path of a file", path);
	}
	if (snprintf(dir, sizeof(dir), "%.*s/", (int)(slash - path), path) >=
	    (int)sizeof(dir)) {
		errno = ENAMETOOLONG;
		return err_set(err, "%m");
	}
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_set(err, "open %s: %m", dir);
	*ret_name = slash + 1;
	return fd;
}

static int write_all(int fd, const struct buf *text, struct err *err)
{
	size_t done = 0;

	while (done < text->len) {
		ssize_t n = write(fd, text->data + done, text->len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_set(err, "write the new file: %m");
		done += (size_t)n;
	}
	return fchmod(fd, MODE) < 0 ? err_set(err, "fchmod: %m") : 0;
}

/* Under the lock on the directory, so that one name will do for all. */
static int replace(int dirfd, const char *name, const struct buf *text,
		   struct err *err)
{
	_cleanup_close_ int fd = -1;
	char tmp[NAME_MAX + 1];
	int r;

	if (snprintf(tmp, sizeof(tmp), "%s" TMP_SUFFIX, name) >=
	    (int)sizeof(tmp)) {
		errno = ENAMETOOLONG;
		return err_set(err, "%s: %m", name);
	}
	if (unlinkat(dirfd, tmp, 0) < 0 && errno != ENOENT)
		return err_set(err, "remove %s: %m", tmp);
	fd = openat(dirfd, tmp,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set(err, "make %s: %m", tmp);
	r = write_all(fd, text, err);
	if (r == 0 && renameat(dirfd, tmp, dirfd, name) < 0)
		r = err_set(err, "replace %s: %m", name);
	if (r < 0)
		unlinkat(dirfd, tmp, 0);
	return r;
}

/* Our own spool, as the file is to show it. */
static void correct_own(struct metrics *metrics, bool last)
{
	uint64_t *created = &metrics->data.agent.created;
	struct stat own, st;

	if (stat(metrics->spool, &own) < 0)
		return;
	for (size_t i = 0; i < metrics->host.n; i++) {
		struct spool_status *spool = &metrics->host.spools[i];

		if (stat(spool->path, &st) < 0 || st.st_ino != own.st_ino ||
		    st.st_dev != own.st_dev)
			continue;
		if (last) /* nobody serves it any more */
			spool->served = false;
		if (*created > spool->created)
			spool->created = *created;
		if (*created == spool->created)
			continue;
		*created = spool->created;
		metrics_put_agent(metrics);
	}
}

/*
 * Looks at the spools and replaces the file: a new one beside it, with mode
 * 0644, is renamed.  Agents keep out of each other's way by a lock on the
 * directory, from before the looking on: the file never goes back in time.
 * Returns 1, 0 when another agent is writing it, or -1 with err.
 */
static int publish(struct metrics *metrics, bool last, struct err *err)
{
	const struct config *config = metrics->config;
	_cleanup_buf_ struct buf text = BUF_INIT;
	const char *name;
	_cleanup_unlock_ int dirfd =
		open_directory(config->metrics_file, &name, err);
	int r;

	if (dirfd < 0)
		return -1;
	r = spool_flock(dirfd, LOCK_EX | LOCK_NB, err);
	if (r <= 0)
		return r;
	if (host_status_collect(&metrics->host, config->spool_dir,
				metrics->spool, err) < 0)
		return -1;
	correct_own(metrics, last);
	prometheus_write(&metrics->host, config->spool_max_size, &text);
	if (text.failed)
		return err_set(err, "no memory");
	return replace(dirfd, name, &text, err) < 0 ? -1 : 1;
}

/* ---- when --------------------------------------------------------------- */

/* What can not be written is tried again with the next news. */
static void note_publish(struct metrics *metrics, int r, const struct err *err)
{
	metrics->news = false;
	metrics->busy = 0;
	if (r > 0)
		log_cause_over(&metrics->publishing,
			       "MetricsFile is written again");
	else
		log_cause_say(&metrics->publishing, LOG_LEVEL_WARNING,
			      "MetricsFile: %s; it shows old figures until "
			      "that works",
			      r ? err->msg
				: "another process keeps its directory locked");
}

uint64_t metrics_step(struct metrics *metrics, uint64_t now)
{
	struct err err;
	int r;

	if (metrics->fd < 0 && now >= metrics->open_not_before) {
		metrics_open_file(metrics);
		metrics->open_not_before = now + METRICS_PUBLISH_MS;
	}
	if (!metrics->config->metrics_file || !metrics->news)
		return TIME_NEVER;
	if (now < metrics->not_before)
		return metrics->not_before;
	r = publish(metrics, false, &err);
	if (r == 0 && ++metrics->busy < BUSY_TRIES) {
		metrics->not_before = now + BUSY_PAUSE_MS;
		return metrics->not_before;
	}
	metrics->not_before = now + METRICS_PUBLISH_MS;
	note_publish(metrics, r, &err);
	return TIME_NEVER;
}

/* Worth a little patience: nobody would correct what it says of us. */
void metrics_end(struct metrics *metrics)
{
	const struct timespec pause = { .tv_nsec = LAST_PAUSE_MS * 1000000L };

	if (!metrics || !metrics->config || !metrics->config->metrics_file)
		return;
	for (int i = 0; i < BUSY_TRIES && !publish(metrics, true, NULL); i++)
		nanosleep(&pause, NULL);
}
