/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks through all that is held, after prologs and at slurmd's start; see
 * hold.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spool/file.h"
#include "spool/hold.h"
#include "spool/hold_private.h"
#include "spool/scan.h"
#include "util/cleanup.h"

static int go_on(const struct holding *holding, const char *name,
		 struct err *err)
{
	uint64_t size = 0;
	bool gone;
	_cleanup_unlock_ int fd =
		hold_take(holding->dir, name, 1, &size, &gone, err);

	if (fd < 0)
		return gone || errno == EBUSY ? 0 : -1;
	return hold_release(holding, name, fd, size, err);
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

	if (!strncmp(name, HOLD_RELEASING, strlen(HOLD_RELEASING)))
		return go_on(holding, name, err);
	id = strtoull(name, &end, 10);
	if (!sweep->runs || *end || id > UINT32_MAX)
		return 0;
	if (!is_of_this_boot(holding->dir, name))
		return hold_end_file(holding, name, HOLD_RELEASE, err);
	return sweep->runs(sweep->arg, (uint32_t)id)
		       ? 0
		       : hold_end_file(holding, name, HOLD_BY_SPANS, err);
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
	if (hold_remove(holding->dir, name, err) < 0)
		return -1;
	if (tally.records) /* one is the head */
		hold_say_lost(holding, tally.records - 1);
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
