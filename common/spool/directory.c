/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens a spool's directory, and takes the one agent's lock in it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "spool/counts.h"
#include "spool/file.h"
#include "spool/rotate.h"
#include "spool/spool.h"
#include "util/cleanup.h"

#define NOBODY ((uid_t)-1)
#define LOCK_TRIES 250
#define LOCK_PAUSE_NS 1000000

/* Without slashes at the end: they would have a link followed after all. */
static int copy_path(const char *dir, char *ret, size_t size, struct err *err)
{
	size_t len = dir ? strlen(dir) : 0;

	while (len > 1 && dir[len - 1] == '/')
		len--;
	if (!len || len >= size) {
		errno = len ? ENAMETOOLONG : EINVAL;
		return err_set(err, "spool directory: %m");
	}
	memcpy(ret, dir, len);
	ret[len] = '\0';
	return 0;
}

static int open_error(const char *dir, struct err *err)
{
	/* O_NOFOLLOW with O_DIRECTORY calls a link ENOTDIR. */
	if (errno == ELOOP || errno == ENOTDIR)
		return err_set(err,
			       "spool directory %s is a symbolic link or no "
			       "directory: remove it",
			       dir);
	return err_set(err, "open spool directory %s: %m", dir);
}

/* Returns 1 when there is nothing in it (or nothing but the complaint of an
 * agent that could not start), 0, or -1 with errno. */
static int is_empty(int dirfd)
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int n = 0;

	if (!dir) {
		cleanup_closep(&fd);
		return -1;
	}
	while (errno = 0, (entry = readdir(dir)))
		n += strcmp(entry->d_name, ".") &&
		     strcmp(entry->d_name, "..") &&
		     strcmp(entry->d_name, SPOOL_AGENT_LOG);
	n = errno ? -1 : !n;
	closedir(dir);
	return n;
}

int spool_give_dir(int fd, const char *dir, uid_t owner, gid_t group,
		   struct stat *st, struct err *err)
{
	if (geteuid() != 0 || owner == NOBODY || st->st_uid != 0 ||
	    (st->st_uid == owner && st->st_gid == group) || is_empty(fd) != 1)
		return 0;
	if (fchown(fd, owner, group) < 0 || fstat(fd, st) < 0)
		return err_set(err, "give spool directory %s to uid %u: %m",
			       dir, owner);
	return 0;
}

static int check(const char *dir, uid_t owner, const struct stat *st,
		 struct err *err)
{
	if (st->st_mode & (S_IWGRP | S_IWOTH)) {
		errno = EPERM;
		return err_set(err,
			       "spool directory %s can be written by group or "
			       "others: chmod go-w it",
			       dir);
	}
	if (owner != NOBODY && st->st_uid != owner && st->st_uid != 0 &&
	    st->st_uid != geteuid()) {
		errno = EPERM;
		return err_set(err,
			       "spool directory %s belongs to uid %u, not to "
			       "%u: give it and its files to that user (chown)",
			       dir, st->st_uid, owner);
	}
	return 0;
}

/* Now, while the disk has room: both are needed most when it has none.  What
 * fails here fails again, and is reported, where it matters. */
static void prepare(int dirfd)
{
	int fd = spool_rotate_open(dirfd, NULL);

	cleanup_closep(&fd);
	spool_counts_prepare(dirfd, NULL);
}

int spool_open_dir(const char *dir, bool make, uid_t owner, gid_t group,
		   struct err *err)
{
	_cleanup_close_ int fd = -1;
	char path[PATH_MAX];
	bool made = false;
	struct stat st;

	if (copy_path(dir, path, sizeof(path), err) < 0)
		return -1;
	if (make) {
		made = mkdir(path, 0700) == 0;
		if (!made && errno != EEXIST)
			return err_set(err, "make spool directory %s: %m",
				       path);
	}
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return open_error(path, err);
	if ((made && fchmod(fd, 0700) < 0) || fstat(fd, &st) < 0)
		return err_set(err, "spool directory %s: %m", path);
	if ((make && spool_give_dir(fd, path, owner, group, &st, err) < 0) ||
	    check(path, owner, &st, err) < 0)
		return -1;
	if (make)
		prepare(fd);
	return take_fd(&fd);
}

/* Whoever asks spool_is_held has the lock for an instant, or for longer while
 * he waits for a processor. */
static int lock_patiently(int fd, struct err *err)
{
	const struct timespec pause = { 0, LOCK_PAUSE_NS };
	int r = spool_flock(fd, LOCK_EX | LOCK_NB, err);

	for (int i = 0; i < LOCK_TRIES && !r; i++) {
		nanosleep(&pause, NULL);
		r = spool_flock(fd, LOCK_EX | LOCK_NB, err);
	}
	return r;
}

bool spool_is_held(int dirfd)
{
	struct stat st;
	_cleanup_unlock_ int fd =
		spool_file_open(dirfd, SPOOL_AGENT_LOCK, O_RDONLY, &st, NULL);

	return fd >= 0 && spool_flock(fd, LOCK_SH | LOCK_NB, NULL) == 0;
}

int spool_lock(int dirfd, bool *ret_held, struct err *err)
{
	struct stat st;
	_cleanup_close_ int fd = spool_file_open(dirfd, SPOOL_AGENT_LOCK,
						 O_RDWR | O_CREAT, &st, err);
	int r;

	*ret_held = false;
	if (fd < 0)
		return -1;
	r = lock_patiently(fd, err);
	if (r < 0)
		return -1;
	if (!r) {
		*ret_held = true;
		errno = EWOULDBLOCK;
		return err_set(err, "another agent holds this spool");
	}
	if (!spool_file_is(dirfd, SPOOL_AGENT_LOCK, &st)) {
		errno = EAGAIN;
		return err_set(err, "%s of the spool was removed just now",
			       SPOOL_AGENT_LOCK);
	}
	return take_fd(&fd);
}
