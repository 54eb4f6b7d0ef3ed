/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The directory of the queues; see behind_dir.h. */
#include "behind_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "queue.h"
#include "util/cleanup.h"
#include "util/hex.h"

/* Nobody but the agent's user may have put anything there. */
static int check(int fd, const char *path, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_set(err, "%s: %m", path);
	if ((st.st_uid == geteuid() || st.st_uid == 0) &&
	    !(st.st_mode & (S_IWGRP | S_IWOTH)))
		return 0;
	errno = EPERM;
	return err_set(err,
		       "%s belongs to another user or can be written by "
		       "others: remove it",
		       path);
}

int behind_dir_open(int spool_fd, const char *path, bool make, struct err *err)
{
	_cleanup_close_ int fd = -1;

	if (make && mkdirat(spool_fd, BEHIND_DIR, 0700) == 0)
		fsync(spool_fd); /* or the spool has none either */
	fd = openat(spool_fd, BEHIND_DIR,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_set(err, "open %s: %m", path);
	return check(fd, path, err) < 0 ? -1 : take_fd(&fd);
}

static bool parse_name(const char *name, uint64_t *ret)
{
	uint8_t bytes[8];

	if (strlen(name) != QUEUE_NAME_SIZE - 1 ||
	    hex_decode(name, sizeof(bytes), bytes) < 0)
		return false;
	*ret = strtoull(name, NULL, 16);
	return true;
}

int behind_dir_list(int fd, const char *path,
		    void (*found)(uint64_t id, void *arg), void *arg,
		    struct err *err)
{
	/* opened anew: a duplicate would share its position with others */
	int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = own < 0 ? NULL : fdopendir(own);
	struct dirent *entry;
	uint64_t id;
	int r;

	if (!dir) {
		cleanup_closep(&own);
		return err_set(err, "list %s: %m", path);
	}
	while (errno = 0, (entry = readdir(dir)))
		if (parse_name(entry->d_name, &id))
			found(id, arg);
	r = errno ? err_set(err, "list %s: %m", path) : 0;
	closedir(dir);
	return r;
}
