/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes MetricsFile; see metrics_publish.h. */
#include "metrics_publish.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/file.h"
#include "status/prometheus.h"
#include "util/buf.h"
#include "util/cleanup.h"

#define MODE 0644
#define TMP_SUFFIX ".tmp" /* the collector reads what ends in .prom */

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
static void correct_own(const struct metrics_publication *publication,
			struct host_status *host, uint64_t *created)
{
	struct stat own, st;

	if (stat(publication->own, &own) < 0)
		return;
	for (size_t i = 0; i < host->n; i++) {
		struct spool_status *spool = &host->spools[i];

		if (stat(spool->path, &st) < 0 || st.st_ino != own.st_ino ||
		    st.st_dev != own.st_dev)
			continue;
		if (publication->last)
			spool->served = false;
		if (*created > spool->created)
			spool->created = *created;
		*created = spool->created;
	}
}

int metrics_publish(const struct metrics_publication *publication,
		    struct host_status *host, uint64_t *created,
		    struct err *err)
{
	_cleanup_buf_ struct buf text = BUF_INIT;
	const char *name;
	_cleanup_unlock_ int dirfd =
		open_directory(publication->path, &name, err);
	int r;

	if (dirfd < 0)
		return -1;
	r = spool_flock(dirfd, LOCK_EX | LOCK_NB, err);
	if (r <= 0)
		return r;
	if (host_status_collect(host, publication->spool_dir, publication->own,
				err) < 0)
		return -1;
	correct_own(publication, host, created);
	prometheus_write(host, publication->limit, &text);
	if (text.failed)
		return err_set(err, "no memory");
	return replace(dirfd, name, &text, err) < 0 ? -1 : 1;
}
