/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads and writes `detail` in a spool; see detail_file.h. */
#include "host/detail_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/file.h"
#include "util/cleanup.h"

#define FILE_MAX 1024
#define LOCK_TRIES 100
#define TEMPORARY ".detail.new"

static const char *const levels[] = {
	[DETAIL_NODE] = "node",
	[DETAIL_TASK] = "task",
};

/* ---- reading ------------------------------------------------------------ */

static int check(int spool_fd, int fd, struct err *err)
{
	struct stat st, dir;

	if (fstat(fd, &st) < 0 || fstat(spool_fd, &dir) < 0)
		return err_set(err, "stat " DETAIL_FILE " in the spool: %m");
	if (!S_ISREG(st.st_mode) || st.st_nlink != 1 || st.st_size > FILE_MAX ||
	    (st.st_mode & 022) ||
	    (st.st_uid != 0 && st.st_uid != geteuid() &&
	     st.st_uid != dir.st_uid)) {
		errno = EPERM;
		return err_set(err, DETAIL_FILE
			       " in the spool is not one that we wrote: "
			       "ignored");
	}
	return 0;
}

static int open_file(int spool_fd, struct err *err)
{
	_cleanup_close_ int fd =
		openat(spool_fd, DETAIL_FILE,
		       O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return err_set(err, "open " DETAIL_FILE " in the spool: %m");
	return check(spool_fd, fd, err) < 0 ? -1 : take_fd(&fd);
}

static int parse_number(const char *text, uint64_t max, uint64_t *ret)
{
	size_t digits = strspn(text, "0123456789");
	uint64_t value;

	if (!digits || digits > 19 || text[digits])
		return -1;
	value = strtoull(text, NULL, 10);
	if (value > max)
		return -1;
	*ret = value;
	return 0;
}

static int parse_level(const char *text, enum detail *ret)
{
	for (enum detail level = DETAIL_NODE; level <= DETAIL_TASK; level++)
		if (!strcmp(text, levels[level])) {
			*ret = level;
			return 0;
		}
	return -1;
}

/* People see it on their terminals. */
static int parse_partition(const char *text, struct detail_file *ret)
{
	size_t len = strlen(text);

	if (!len || len > DETAIL_PARTITION_MAX)
		return -1;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return -1;
	strcpy(ret->partition, text);
	return 0;
}

/* A condition that this version does not know is one that it can not say to
 * hold: then the file is not for it. */
static int parse_line(char *line, struct detail_file *ret)
{
	char *value = strchr(line, '=');
	uint64_t number = 0;
	int rc = -1;

	if (!value)
		return -1;
	*value++ = '\0';
	if (!strcmp(line, "level"))
		return parse_level(value, &ret->level);
	if (!strcmp(line, "until"))
		return parse_number(value, INT64_MAX, &ret->until_s);
	if (!strcmp(line, "partition"))
		return parse_partition(value, ret);
	if (!strcmp(line, "uid")) {
		rc = parse_number(value, UINT32_MAX - 1, &number);
		ret->has_uid = true;
		ret->uid = (uint32_t)number;
	} else if (!strcmp(line, "job")) {
		rc = parse_number(value, UINT32_MAX - 1, &number);
		ret->has_job = true;
		ret->job_id = (uint32_t)number;
	}
	return rc;
}

static int load(int fd, struct detail_file *ret, struct err *err)
{
	struct detail_file file = { 0 };
	char text[FILE_MAX + 1], *line, *rest = text;
	ssize_t n = read(fd, text, FILE_MAX);

	if (n < 0)
		return err_set(err, "read " DETAIL_FILE " in the spool: %m");
	text[n] = '\0';
	while ((line = strsep(&rest, "\n")))
		if (*line && parse_line(line, &file) < 0)
			return err_set(err, DETAIL_FILE
				       " in the spool is damaged: ignored");
	if (!file.until_s || file.level == DETAIL_STEP)
		return err_set(err, DETAIL_FILE
			       " in the spool is not complete: ignored");
	*ret = file;
	return 0;
}

int detail_file_read(int spool_fd, struct detail_file *ret, struct err *err)
{
	_cleanup_close_ int fd = open_file(spool_fd, err);

	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	return load(fd, ret, err) < 0 ? -1 : 1;
}

bool detail_file_matches(const struct detail_file *file,
			 const struct detail_subject *subject)
{
	if (*file->partition && strcmp(file->partition, subject->partition))
		return false;
	if (file->has_uid && file->uid != subject->uid)
		return false;
	return !file->has_job || file->job_id == subject->job_id ||
	       (file->job_id && file->job_id == subject->array_job_id);
}

/* ---- replacing and removing ---------------------------------------------- */

static bool is_still_there(int spool_fd, int fd)
{
	struct stat here, there;

	return fstat(fd, &here) == 0 &&
	       fstatat(spool_fd, DETAIL_FILE, &there, AT_SYMLINK_NOFOLLOW) ==
		       0 &&
	       here.st_ino == there.st_ino && here.st_dev == there.st_dev;
}

enum detail detail_file_level(int spool_fd, uint64_t now_s,
			      const struct detail_subject *subject)
{
	_cleanup_close_ int fd = open_file(spool_fd, NULL);
	struct detail_file file;

	if (fd < 0 || load(fd, &file, NULL) < 0)
		return DETAIL_STEP;
	if (file.until_s > now_s)
		return detail_file_matches(&file, subject) ? file.level
							   : DETAIL_STEP;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 && is_still_there(spool_fd, fd))
		unlinkat(spool_fd, DETAIL_FILE, 0);
	return DETAIL_STEP;
}

/* Whatever is there; -1 when there is nothing.  A hook holds its lock for
 * microseconds; the owner of the spool, who may hold one for ever, harms
 * himself alone. */
static int lock_old(int spool_fd)
{
	int fd = openat(spool_fd, DETAIL_FILE,
			O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	for (int i = 0; fd >= 0 && i < LOCK_TRIES; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
			break;
		usleep(1000);
	}
	return fd;
}

static int fill(int spool_fd, int fd, const void *what, struct err *err)
{
	const struct detail_file *file = what;
	struct stat dir;

	if (dprintf(fd, "until=%" PRIu64 "\nlevel=%s\n", file->until_s,
		    levels[file->level]) < 0 ||
	    (*file->partition &&
	     dprintf(fd, "partition=%s\n", file->partition) < 0) ||
	    (file->has_uid &&
	     dprintf(fd, "uid=%" PRIu32 "\n", file->uid) < 0) ||
	    (file->has_job &&
	     dprintf(fd, "job=%" PRIu32 "\n", file->job_id) < 0))
		return err_set(err, "write " DETAIL_FILE " in the spool: %m");
	if (geteuid() == 0 && fstat(spool_fd, &dir) == 0 &&
	    fchown(fd, dir.st_uid, dir.st_gid) < 0)
		return err_set(err, "give " DETAIL_FILE
				    " to the owner of the spool: %m");
	return 0;
}

int detail_file_write(int spool_fd, const struct detail_file *file,
		      struct err *err)
{
	_cleanup_close_ int old = -1;

	if (file->level != DETAIL_NODE && file->level != DETAIL_TASK)
		return err_set(err, "level step is no more than there is");
	old = lock_old(spool_fd);
	return spool_file_replace(spool_fd, DETAIL_FILE, TEMPORARY, fill, file,
				  err);
}

int detail_file_remove(int spool_fd, struct err *err)
{
	_cleanup_close_ int old = -1;

	old = lock_old(spool_fd);
	if (unlinkat(spool_fd, DETAIL_FILE, 0) == 0)
		return 1;
	if (errno == ENOENT)
		return 0;
	return err_set(err, "remove " DETAIL_FILE " in the spool: %m");
}
