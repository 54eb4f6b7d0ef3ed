/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ends the holding of spans: epilogs and slurmd's start; see hold.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "spool/counts.h"
#include "spool/file.h"
#include "spool/hold.h"
#include "spool/hold_private.h"
#include "spool/scan.h"
#include "util/cleanup.h"
#include "util/clock.h"

#define RELEASE "release."
/* A writer holds the lock for microseconds; one that was stopped, for ever. */
#define LOCK_TRIES 1000
#define LOCK_PAUSE_NS (NS_PER_SECOND / 1000)

struct holding {
	int spool_fd, dir;
	const struct spool_options *options;
	struct hold_result *result;
};

static void say_gone(const struct holding *holding, uint64_t spans)
{
	const struct spool_counts counts = { .dropped_records = spans };

	holding->result->lost += spans;
	if (spans)
		spool_counts_add(holding->spool_fd, &counts, NULL);
}

static int remove_file(int dir, const char *name, struct err *err)
{
	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return 0;
	return err_set(err, "remove " HOLD_DIR "/%s in the spool: %m", name);
}

/* ---- one file ---------------------------------------------------------- */

/* Returns 1, 0 when another has it, or -1 with err. */
static int lock(int fd, int tries, struct err *err)
{
	const struct timespec pause = { 0, LOCK_PAUSE_NS };

	for (int i = 1;; i++) {
		int r = spool_flock(fd, LOCK_EX | LOCK_NB, err);

		if (r || i >= tries)
			return r;
		nanosleep(&pause, NULL);
	}
}

/* Opens and locks it, so that nobody appends any more.  Returns a descriptor
 * and its final size, or -1: with *ret_gone, or err, errno kept. */
static int take_file(int dir, const char *name, int tries, uint64_t *ret_size,
		     bool *ret_gone, struct err *err)
{
	struct stat st;
	_cleanup_unlock_ int fd = hold_open_file(dir, name, O_RDWR, &st, err);
	int r;

	*ret_gone = fd < 0 && errno == ENOENT;
	if (fd < 0)
		return -1;
	r = lock(fd, tries, err);
	if (r < 0)
		return -1;
	if (r == 0) {
		errno = EBUSY;
		return err_set(err, HOLD_DIR "/%s in the spool stays locked",
			       name);
	}
	*ret_gone = !spool_file_is(dir, name, &st);
	if (*ret_gone || fstat(fd, &st) < 0)
		return err_set(err, "look at " HOLD_DIR "/%s in the spool: %m",
			       name);
	*ret_size = (uint64_t)st.st_size;
	return take_fd(&fd);
}

/* Returns 1, 0 or -1 with err. */
static int tells_of_failure(int fd, uint64_t size, struct err *err)
{
	struct spool_scan scan = SPOOL_SCAN_INIT;
	struct spool_header header;
	const uint8_t *payload;
	bool error = false;
	long running = 0;
	int r;

	spool_scan_start(&scan, fd, size);
	while ((r = spool_scan_next(&scan, &header, &payload, err)) == 1) {
		error |= header.kind == SPOOL_HOLD_ERROR;
		running += header.kind == SPOOL_HOLD_BEGIN;
		running -= header.kind == SPOOL_HOLD_END;
	}
	spool_scan_free(&scan);
	return r < 0 ? -1 : error || running > 0;
}

static int append_all(const struct holding *holding, struct spool_scan *scan,
		      uint64_t *lost, struct err *err)
{
	const struct spool_options options = {
		.max_size = holding->options->max_size,
		.kept = true,
	};
	struct spool_header header;
	const uint8_t *payload;
	int r;

	while ((r = spool_scan_next(scan, &header, &payload, err)) == 1) {
		if (header.kind == SPOOL_HOLD_LOST)
			++*lost;
		if (header.kind != SPOOL_SPAN &&
		    header.kind != SPOOL_HOLD_ERROR)
			continue;
		if (spool_append(holding->spool_fd, &options, SPOOL_SPAN,
				 header.job_id, payload, header.len, err) < 0)
			return -1;
		holding->result->released++;
	}
	return r;
}

/* Releases what fd holds, whose name is gone for writers. */
static int release(const struct holding *holding, const char *name, int fd,
		   uint64_t size, struct err *err)
{
	struct spool_scan scan = SPOOL_SCAN_INIT;
	uint64_t lost = 0, last;
	int r;

	spool_scan_start(&scan, fd, size);
	r = append_all(holding, &scan, &lost, err);
	spool_scan_free(&scan);
	if (r == 0 && holding->options->sync)
		r = spool_sync(holding->spool_fd, 0, &last, err);
	if (r < 0)
		return -1;
	say_gone(holding, lost);
	return remove_file(holding->dir, name, err);
}

/* Under its lock: from here on a crash leaves what hold_sweep goes on with. */
static int begin_release(const struct holding *holding, const char *name,
			 int fd, uint64_t size, struct err *err)
{
	char released[NAME_MAX];
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_set(err, "look at " HOLD_DIR "/%s in the spool: %m",
			       name);
	snprintf(released, sizeof(released), RELEASE "%s.%ju", name,
		 (uintmax_t)st.st_ino);
	if (renameat(holding->dir, name, holding->dir, released) < 0)
		return err_set(err, "rename " HOLD_DIR "/%s in the spool: %m",
			       name);
	return release(holding, released, fd, size, err);
}

static int end_file(const struct holding *holding, const char *name,
		    enum hold_decision decision, struct err *err)
{
	uint64_t size = 0;
	bool gone;
	_cleanup_unlock_ int fd =
		take_file(holding->dir, name, LOCK_TRIES, &size, &gone, err);
	int keep = decision == HOLD_RELEASE;

	if (fd < 0)
		return gone ? 0 : -1;
	if (decision == HOLD_BY_SPANS)
		keep = tells_of_failure(fd, size, err);
	if (keep < 0)
		return -1;
	return keep ? begin_release(holding, name, fd, size, err)
		    : remove_file(holding->dir, name, err);
}

int hold_end(int spool_fd, const struct spool_options *options, uint32_t job_id,
	     enum hold_decision decision, struct hold_result *ret,
	     struct err *err)
{
	_cleanup_close_ int dir = hold_open_dir(spool_fd, false, err);
	const struct holding holding = { spool_fd, dir, options, ret };
	char name[HOLD_NAME_SIZE];

	if (dir < 0)
		return errno == ENOENT ? 0 : -1;
	hold_name(job_id, name);
	return end_file(&holding, name, decision, err);
}

/* ---- all of them ------------------------------------------------------- */

static int go_on(const struct holding *holding, const char *name,
		 struct err *err)
{
	uint64_t size = 0;
	bool gone;
	_cleanup_unlock_ int fd =
		take_file(holding->dir, name, 1, &size, &gone, err);

	if (fd < 0)
		return gone || errno == EBUSY ? 0 : -1;
	return release(holding, name, fd, size, err);
}

static bool is_of_this_boot(int dir, const char *name)
{
	uint8_t head[SPOOL_HEADER_SIZE + HOLD_HEAD_SIZE], boot[BOOT_ID_SIZE];
	struct stat st;
	_cleanup_close_ int fd = hold_open_file(dir, name, O_RDONLY, &st, NULL);

	boot_id_read(boot);
	return fd >= 0 &&
	       pread(fd, head, sizeof(head), 0) == (ssize_t)sizeof(head) &&
	       !memcmp(head + SPOOL_HEADER_SIZE, boot, BOOT_ID_SIZE);
}

struct sweep {
	struct holding holding;
	hold_runs runs;
	void *arg;
};

static int sweep_file(const struct sweep *sweep, const char *name,
		      struct err *err)
{
	const struct holding *holding = &sweep->holding;
	unsigned long long id;
	char *end;

	if (!strncmp(name, RELEASE, strlen(RELEASE)))
		return go_on(holding, name, err);
	id = strtoull(name, &end, 10);
	if (!sweep->runs || *end || id > UINT32_MAX)
		return 0;
	if (!is_of_this_boot(holding->dir, name))
		return end_file(holding, name, HOLD_RELEASE, err);
	return sweep->runs(sweep->arg, (uint32_t)id)
		       ? 0
		       : end_file(holding, name, HOLD_BY_SPANS, err);
}

/* Opened anew: a duplicate would share its position with others. */
static DIR *list(int dir, struct err *err)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *ret = fd < 0 ? NULL : fdopendir(fd);

	if (ret)
		return ret;
	err_set(err, "list " HOLD_DIR " in the spool: %m");
	cleanup_closep(&fd);
	return NULL;
}

static int sweep_files(const struct sweep *sweep, struct err *err)
{
	DIR *dir = list(sweep->holding.dir, err);
	struct dirent *entry;
	int rc = 0;

	if (!dir)
		return -1;
	while ((entry = readdir(dir)))
		if (*entry->d_name != '.' &&
		    sweep_file(sweep, entry->d_name, err) < 0)
			rc = -1;
	closedir(dir);
	return rc;
}

/* Adds up all files; *ret_oldest is the name of one of them, or "". */
static uint64_t measure(int dir_fd, char *ret_oldest, struct err *err)
{
	struct timespec oldest = { 0 };
	struct dirent *entry;
	uint64_t bytes = 0;
	struct stat st;
	DIR *dir = list(dir_fd, err);

	*ret_oldest = '\0';
	while (dir && (entry = readdir(dir))) {
		if (*entry->d_name == '.' || fstatat(dir_fd, entry->d_name, &st,
						     AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		bytes += (uint64_t)st.st_size;
		if (*ret_oldest && (st.st_mtim.tv_sec > oldest.tv_sec ||
				    (st.st_mtim.tv_sec == oldest.tv_sec &&
				     st.st_mtim.tv_nsec >= oldest.tv_nsec)))
			continue;
		oldest = st.st_mtim;
		strcpy(ret_oldest, entry->d_name);
	}
	if (dir)
		closedir(dir);
	return bytes;
}

static int drop_file(const struct holding *holding, const char *name,
		     struct err *err)
{
	struct spool_tally tally = { 0 };
	struct stat st;
	_cleanup_close_ int fd =
		hold_open_file(holding->dir, name, O_RDONLY, &st, NULL);

	if (fd >= 0)
		spool_tally_range(fd, 0, (uint64_t)st.st_size, &tally, NULL);
	if (remove_file(holding->dir, name, err) < 0)
		return -1;
	if (tally.records) /* one is the head */
		say_gone(holding, tally.records - 1);
	return 0;
}

static int trim(const struct holding *holding, struct err *err)
{
	uint64_t limit = hold_limit(holding->options->max_size);
	char oldest[NAME_MAX + 1];

	while (measure(holding->dir, oldest, err) > limit && *oldest)
		if (drop_file(holding, oldest, err) < 0)
			return -1;
	return 0;
}

int hold_sweep(int spool_fd, const struct spool_options *options,
	       hold_runs runs, void *arg, struct hold_result *ret,
	       struct err *err)
{
	_cleanup_close_ int dir = hold_open_dir(spool_fd, false, err);
	const struct sweep sweep = { { spool_fd, dir, options, ret },
				     runs,
				     arg };
	int rc;

	if (dir < 0)
		return errno == ENOENT ? 0 : -1;
	rc = sweep_files(&sweep, err);
	return trim(&sweep.holding, err) < 0 ? -1 : rc;
}
