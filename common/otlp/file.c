/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * file:PATH - OTLP JSON, one TracesData object a line (the OpenTelemetry file
 * format).  Several agents may share the file, and it may be rotated, by us
 * (FileMaxSize) or others: each line is one write under an exclusive lock, and
 * a line that a full disk or a crash cut off is taken back before the next one
 * is written.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "otlp/exporter_ops.h"
#include "otlp/file_rotate.h"
#include "otlp/file_tail.h"
#include "otlp/json_line.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/clock.h"

#define SCHEME "file:"
#define FILE_MODE 0640
#define OPEN_TRIES 20 /* each further one needs another agent's rotation */
#define LOCK_PAUSE_NS (5 * 1000 * 1000L)

struct file_exporter {
	struct exporter base;
	const char *path; /* in base.name */
	int fd;           /* -1: not open */
	struct buf line;
};

static struct file_exporter *of(struct exporter *exporter)
{
	return (struct file_exporter *)exporter;
}

static void close_file(struct file_exporter *file)
{
	cleanup_closep(&file->fd);
	file->fd = -1;
}

/* ---- life -------------------------------------------------------------- */

static void destroy(struct exporter *exporter)
{
	struct file_exporter *file = of(exporter);

	close_file(file);
	buf_free(&file->line);
	free(file);
}

static struct exporter *create(const char *endpoint,
			       const struct config *config, struct err *err)
{
	const char *path = endpoint + strlen(SCHEME);
	struct file_exporter *file;

	(void)config;
	if (!strncmp(path, "///", 3))
		path += 2; /* file:///path, a URL without a host */
	if (path[0] != '/' || path[1] == '/' || !path[1]) {
		errno = EINVAL;
		err_set(err, "endpoint %s: the path of a file is absolute",
			endpoint);
		return NULL;
	}
	file = calloc(1, sizeof(*file));
	if (file && asprintf(&file->base.name, SCHEME "%s", path) >= 0) {
		file->path = file->base.name + strlen(SCHEME);
		file->fd = -1;
		return &file->base;
	}
	free(file);
	errno = ENOMEM;
	err_set(err, "no memory for endpoint %s", endpoint);
	return NULL;
}

/* ---- the open file ------------------------------------------------------ */

/* A new file's name must outlive a power failure, as its lines do.  Where we
 * may not read the directory, the filesystem's own order has to do. */
static void sync_directory(const char *path)
{
	_cleanup_close_ int fd = -1;
	char dir[PATH_MAX];

	if ((size_t)snprintf(dir, sizeof(dir), "%s", path) >= sizeof(dir))
		return;
	*(strrchr(dir, '/') + 1) = '\0';
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		fsync(fd);
}

/* Somebody may have put it there to have us write to another file of ours, or
 * to read along. */
static int check(int fd, const char *path, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_set(err, "stat %s: %m", path);
	errno = EINVAL;
	if (!S_ISREG(st.st_mode))
		return err_set(err, "%s is not a regular file", path);
	errno = EPERM;
	if (st.st_nlink > 1)
		return err_set(err, "%s has a second name (hard link)", path);
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return err_set(
			err,
			"%s belongs to uid %u, which is neither root nor "
			"the agent's user",
			path, (unsigned)st.st_uid);
	return 0;
}

/* O_NONBLOCK: a fifo in the file's place must not hold us up. */
static int open_path(const char *path, struct err *err)
{
	int flags = O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
	_cleanup_close_ int fd =
		open(path, flags | O_CREAT | O_EXCL, FILE_MODE);

	/* the file is for others to read, whatever the agent's umask */
	if (fd >= 0) {
		if (fchmod(fd, FILE_MODE) < 0)
			return err_set(err, "set the mode of %s: %m", path);
		sync_directory(path);
		return take_fd(&fd);
	}
	if (errno == EEXIST)
		fd = open(path, flags);
	if (fd < 0)
		return err_set(err, "open %s: %m", path);
	return check(fd, path, err) < 0 ? -1 : take_fd(&fd);
}

/* False when the path was renamed or removed, as logrotate does. */
static bool still_there(const struct file_exporter *file)
{
	struct stat ours, theirs;

	return fstat(file->fd, &ours) == 0 && lstat(file->path, &theirs) == 0 &&
	       ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
}

/* Another agent holds the lock for one write; a foreign program may hold it
 * for ever, so this is bounded by the time of an export. */
static int lock_file(struct file_exporter *file, struct err *err)
{
	const struct timespec pause = { 0, LOCK_PAUSE_NS };
	uint64_t end = clock_monotonic_ms() + exporter_time(&file->base);

	while (flock(file->fd, LOCK_EX | LOCK_NB) < 0) {
		if ((errno != EWOULDBLOCK && errno != EINTR) ||
		    clock_monotonic_ms() >= end ||
		    (file->base.give_up &&
		     file->base.give_up(file->base.give_up_arg)))
			return err_set(err, "lock %s: %m", file->path);
		nanosleep(&pause, NULL);
	}
	return 0;
}

/* Returns 1 when the line goes into this file, 0 when the file was set aside
 * for it, -1 with err.  A line that is too long for any file gets its own. */
static int make_room(struct file_exporter *file, struct err *err)
{
	const struct config *config = file->base.config;
	struct stat st;

	if (file_tail_repair(file->fd, err) < 0)
		return -1;
	if (fstat(file->fd, &st) < 0)
		return err_set(err, "stat %s: %m", file->path);
	if (!config->file_max_size || !st.st_size ||
	    (uint64_t)st.st_size + file->line.len <= config->file_max_size)
		return 1;
	return file_rotate(file->path, config->file_max_count, err);
}

/* Opens and locks what is at the path now, with room for the line. */
static int acquire(struct file_exporter *file, struct err *err)
{
	for (int i = 0; i < OPEN_TRIES; i++) {
		int room = 0;

		if (file->fd < 0)
			file->fd = open_path(file->path, err);
		if (file->fd < 0)
			return -1;
		if (lock_file(file, err) < 0)
			return -1;
		if (still_there(file))
			room = make_room(file, err);
		if (room > 0)
			return 0;
		close_file(file); /* lets go of the lock */
		if (room < 0)
			return -1;
	}
	errno = EAGAIN;
	return err_set(err, "%s is being replaced again and again", file->path);
}

/* ---- one line ----------------------------------------------------------- */

static int write_line(struct file_exporter *file, struct err *err)
{
	const struct buf *line = &file->line;
	struct stat st;
	int taken_back;
	ssize_t n;

	if (fstat(file->fd, &st) < 0)
		return err_set(err, "stat %s: %m", file->path);
	n = write(file->fd, line->data, line->len);
	if (n == (ssize_t)line->len) {
		/* the cursor moves next: the spans must not be in memory only
		 */
		if (fdatasync(file->fd) == 0 || errno == EINVAL)
			return 0;
	} else if (n >= 0) {
		errno = ENOSPC;
	}
	err_set(err, "write to %s: %m", file->path);
	/* where this fails too, the next write's repair finds the cut line */
	taken_back = ftruncate(file->fd, st.st_size);
	(void)taken_back;
	return -1;
}

static int deliver(struct file_exporter *file, struct err *err)
{
	int rc;

	if (acquire(file, err) < 0)
		return -1;
	rc = write_line(file, err);
	flock(file->fd, LOCK_UN);
	return rc;
}

static void send_batch(struct exporter *exporter, const struct batch *batch,
		       struct export_result *ret)
{
	struct file_exporter *file = of(exporter);
	struct err err;

	if (json_line_make(batch, &file->line, ret) < 0)
		return;
	if (deliver(file, &err) < 0)
		export_result_set(ret, VERDICT_RETRY, "%s", err.msg);
	json_line_done(&file->line);
}

const struct exporter_ops file_exporter_ops = {
	.create = create,
	.destroy = destroy,
	.send = send_batch,
};
