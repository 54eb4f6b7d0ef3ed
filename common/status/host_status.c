/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks at all spools of a host; see host_status.h. */
#include "status/host_status.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/agent.h"
#include "host/daemon_spool.h"
#include "spool/file.h"
#include "util/cleanup.h"
#include "util/clock.h"

#define ASIDE_DIR "bad"

uint64_t spans_created(const struct agent_metrics *agent,
		       const struct spool_stats *stats,
		       const struct spool_waiting *waiting)
{
	return agent->taken + stats->dropped_records + stats->failed_records +
	       waiting->spans;
}

/* ---- one spool ---------------------------------------------------------- */

/* The file `dropped` changes with every loss, and is made with zeros. */
static uint64_t last_loss(int spool_fd, const struct spool_status *spool)
{
	const struct spool_stats *stats = &spool->stats;
	uint64_t ns = spool->metrics.agent.loss_ns, changed;
	struct stat st;

	if (!stats->dropped_records && !stats->torn_runs &&
	    !stats->failed_records)
		return ns;
	if (fstatat(spool_fd, SPOOL_DROPPED, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return ns;
	changed = (uint64_t)st.st_mtim.tv_sec * NS_PER_SECOND +
		  (uint64_t)st.st_mtim.tv_nsec;
	return changed > ns ? changed : ns;
}

static int count_aside(int spool_fd, struct spool_status *spool,
		       struct err *err)
{
	_cleanup_close_ int fd =
		openat(spool_fd, ASIDE_DIR,
		       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0)
		return spool_census_update(&spool->aside_census, fd,
					   &spool->aside, err);
	if (errno != ENOENT)
		return err_set(err, "open %s in the spool: %m", ASIDE_DIR);
	memset(&spool->aside, 0, sizeof(spool->aside));
	return 0;
}

static int look(int spool_fd, struct spool_status *spool, struct err *err)
{
	uint64_t created;
	int r;

	r = metrics_file_read(spool_fd, &spool->metrics, err);
	if (r < 0 || spool_stats(spool_fd, &spool->stats, err) < 0 ||
	    spool_census_update(&spool->census, spool_fd, &spool->waiting,
				err) < 0 ||
	    count_aside(spool_fd, spool, err) < 0 ||
	    queue_status_update(&spool->queues, spool_fd, err) < 0)
		return -1;
	spool->has_metrics = r;
	spool->served = spool_is_held(spool_fd);
	spool->pid = spool->served ? agent_pid(spool_fd) : 0;
	spool->loss_ns = last_loss(spool_fd, spool);
	/* what moved while we looked may be missed: it never goes down */
	created = spans_created(&spool->metrics.agent, &spool->stats,
				&spool->waiting);
	spool->created = created > spool->metrics.agent.created
				 ? created
				 : spool->metrics.agent.created;
	return 0;
}

static void look_at(struct spool_status *spool)
{
	struct err err = { "" };
	_cleanup_close_ int fd =
		spool_open_dir(spool->path, false, (uid_t)-1, (gid_t)-1, &err);

	spool->problem[0] = '\0';
	if (fd < 0 || look(fd, spool, &err) < 0)
		snprintf(spool->problem, sizeof(spool->problem), "%s", err.msg);
}

/* ---- which there are ---------------------------------------------------- */

static void spool_clear(struct spool_status *spool)
{
	free(spool->path);
	spool_census_free(&spool->census);
	spool_census_free(&spool->aside_census);
	queue_status_free(&spool->queues);
}

static struct spool_status *find(struct host_status *status, const char *path)
{
	for (size_t i = 0; i < status->n; i++)
		if (!strcmp(status->spools[i].path, path))
			return &status->spools[i];
	return NULL;
}

static int no_memory(struct err *err)
{
	errno = ENOMEM;
	return err_set(err, "no memory for the spools of this host");
}

/* Marks the spool as seen; adds it when it is new. */
static int note(struct host_status *status, const char *path, const char *name,
		struct err *err)
{
	struct spool_status *spool = find(status, path), *more;

	if (!spool && status->n < HOST_SPOOLS_MAX) {
		more = reallocarray(status->spools, status->n + 1,
				    sizeof(*more));
		if (!more)
			return no_memory(err);
		status->spools = more;
		spool = &more[status->n];
		memset(spool, 0, sizeof(*spool));
		snprintf(spool->name, sizeof(spool->name), "%s", name);
		spool->path = strdup(path);
		if (!spool->path)
			return no_memory(err);
		status->n++;
	}
	if (spool)
		spool->seen = true;
	return 0;
}

static int note_below(struct host_status *status, const char *spool_dir,
		      struct err *err)
{
	struct dirent *entry;
	char path[PATH_MAX];
	DIR *dir = opendir(spool_dir);
	int r = 0;

	if (!dir)
		return errno == ENOENT ? 0
				       : err_set(err, "list %s: %m", spool_dir);
	while (r == 0 && (errno = 0, entry = readdir(dir))) {
		if (!daemon_spool_is_name(entry->d_name))
			continue;
		if (snprintf(path, sizeof(path), "%s/%s", spool_dir,
			     entry->d_name) < (int)sizeof(path))
			r = note(status, path, entry->d_name, err);
	}
	if (r == 0 && errno)
		r = err_set(err, "list %s: %m", spool_dir);
	closedir(dir);
	return r;
}

static bool same_directory(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_ino == y.st_ino &&
	       x.st_dev == y.st_dev;
}

/* One that may lie elsewhere.  Two paths of one directory are one spool; of
 * two directories with one name, this one goes by its path. */
static int note_own(struct host_status *status, const char *own,
		    struct err *err)
{
	size_t len = strlen(own);
	const char *name;
	char path[PATH_MAX];

	while (len > 1 && own[len - 1] == '/')
		len--;
	if (snprintf(path, sizeof(path), "%.*s", (int)len, own) >=
	    (int)sizeof(path))
		return 0;
	name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	for (size_t i = 0; i < status->n; i++) {
		const struct spool_status *other = &status->spools[i];

		if (!other->seen || !strcmp(other->path, path))
			continue;
		if (same_directory(other->path, path))
			return 0;
		if (!strcmp(other->name, name))
			name = path;
	}
	return note(status, path, name, err);
}

static void forget_unseen(struct host_status *status)
{
	size_t kept = 0;

	for (size_t i = 0; i < status->n; i++)
		if (status->spools[i].seen)
			status->spools[kept++] = status->spools[i];
		else
			spool_clear(&status->spools[i]);
	status->n = kept;
}

static int by_name(const void *a, const void *b)
{
	const struct spool_status *x = a, *y = b;
	int r = strcmp(x->name, y->name);

	return r ? r : strcmp(x->path, y->path);
}

int host_status_collect(struct host_status *status, const char *spool_dir,
			const char *own, struct err *err)
{
	for (size_t i = 0; i < status->n; i++)
		status->spools[i].seen = false;
	if (note_below(status, spool_dir, err) < 0 ||
	    (own && note_own(status, own, err) < 0))
		return -1;
	forget_unseen(status);
	if (status->n)
		qsort(status->spools, status->n, sizeof(*status->spools),
		      by_name);
	for (size_t i = 0; i < status->n; i++)
		look_at(&status->spools[i]);
	return 0;
}

void host_status_free(struct host_status *status)
{
	for (size_t i = 0; i < status->n; i++)
		spool_clear(&status->spools[i]);
	cleanup_freep(&status->spools);
	*status = (struct host_status){ 0 };
}
