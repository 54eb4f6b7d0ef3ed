/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The records of running steps, as the agent finds them; see open.h.  What lies
 * there is believed only after it was looked at: root wrote it into a directory
 * that is not root's.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "spool/file.h"
#include "spool/open.h"
#include "spool/record.h"
#include "util/cleanup.h"
#include "util/clock.h"

static int bad(const char *what, struct err *err)
{
	err_set(err, "%s", what);
	return OPEN_BAD;
}

static uint64_t mtime_ns(const struct stat *st)
{
	if (st->st_mtim.tv_sec < 0)
		return 0;
	return (uint64_t)st->st_mtim.tv_sec * NS_PER_SECOND +
	       (uint64_t)st->st_mtim.tv_nsec;
}

/* A hidden name: its writer gives it a better one within microseconds. */
static int look_hidden(const struct stat *st)
{
	return time(NULL) - st->st_mtim.tv_sec < OPEN_SWEEP_S ? OPEN_PASS
							      : OPEN_STALE;
}

/* Reads the whole file; it is ours alone and does not change any more. */
static int read_whole(int fd, size_t size, struct buf *buffer, struct err *err)
{
	size_t at = 0;

	buf_clear(buffer);
	if (buf_reserve(buffer, size) < 0) {
		errno = ENOMEM;
		return err_set(err, "read a record in " OPEN_DIR ": %m");
	}
	while (at < size) {
		ssize_t n = pread(fd, buffer->data + at, size - at, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err,
				       "read a record in " OPEN_DIR ": %m");
		if (n == 0)
			break;
		at += (size_t)n;
	}
	buffer->len = at;
	return 0;
}

static int decode(const struct buf *buffer, const struct stat *st,
		  struct open_orphan *ret, struct err *err)
{
	const uint8_t *payload = buffer->data + SPOOL_HEADER_SIZE;
	struct spool_header header;

	if (buffer->len < SPOOL_HEADER_SIZE ||
	    !spool_header_decode(buffer->data, &header) ||
	    buffer->len - SPOOL_HEADER_SIZE != header.len ||
	    !spool_record_verify(buffer->data, header.len))
		return bad("torn, as after a crash of the system", err);
	if (header.version != SPOOL_VERSION || header.kind != SPOOL_OPEN ||
	    header.len <= BOOT_ID_SIZE)
		return bad("of a kind that this version does not know", err);
	memcpy(ret->boot_id, payload, BOOT_ID_SIZE);
	ret->job_id = header.job_id;
	ret->touched_ns = mtime_ns(st);
	ret->span = payload + BOOT_ID_SIZE;
	ret->len = header.len - BOOT_ID_SIZE;
	return OPEN_ORPHAN;
}

/* The lock was free, so that nobody writes it any more. */
static int look_at_dead(int dir_fd, int fd, const char *name,
			struct buf *buffer, struct open_orphan *ret,
			struct err *err)
{
	struct stat st, dir;

	/* its last write came before its lock went: look only now */
	if (fstat(fd, &st) < 0 || fstat(dir_fd, &dir) < 0)
		return err_set(err, "look at a record in " OPEN_DIR ": %m");
	if (!spool_file_is(dir_fd, name, &st))
		return OPEN_GONE;
	if (*name == '.')
		return look_hidden(&st);
	if (st.st_nlink != 1)
		return bad("a file with a second name (hard link)", err);
	if (st.st_uid != dir.st_uid && st.st_uid != geteuid() && st.st_uid != 0)
		return bad("a file of a stranger's", err);
	if (st.st_size > SPOOL_RECORD_MAX)
		return bad("too large", err);
	if (read_whole(fd, (size_t)st.st_size, buffer, err) < 0)
		return -1;
	return decode(buffer, &st, ret, err);
}

int open_record_look(int dir_fd, const char *name, struct buf *buffer,
		     struct open_orphan *ret, struct err *err)
{
	_cleanup_unlock_ int fd = -1;
	struct stat st;
	int r;

	/* to open a device would wake it */
	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT
			       ? OPEN_GONE
			       : err_set(err, "look at a record in " OPEN_DIR
					      ": %m");
	if (!S_ISREG(st.st_mode))
		return bad("no regular file", err);
	if (!strncmp(name, OPEN_SPARE, strlen(OPEN_SPARE)))
		return OPEN_PASS;
	/* our lock, for an instant, would make its writer give it up */
	if (*name == '.' && look_hidden(&st) == OPEN_PASS)
		return OPEN_PASS;
	fd = openat(dir_fd, name,
		    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return OPEN_GONE;
	/* root gives a file to us before anything else */
	if (fd < 0 && errno == EACCES)
		return *name == '.' ? OPEN_STALE
				    : bad("a file that we may not read", err);
	if (fd < 0)
		return err_set(err, "open a record in " OPEN_DIR ": %m");
	/* shared, because NFS gives an exclusive lock to writers only */
	r = spool_flock(fd, LOCK_SH | LOCK_NB, err);
	if (r <= 0)
		return r < 0 ? -1 : OPEN_ALIVE;
	return look_at_dead(dir_fd, fd, name, buffer, ret, err);
}

int open_remove(int dir_fd, const char *name, struct err *err)
{
	if (unlinkat(dir_fd, name, 0) == 0 || errno == ENOENT ||
	    (errno == EISDIR && unlinkat(dir_fd, name, AT_REMOVEDIR) == 0))
		return 0;
	return err_set(err, "remove a record in " OPEN_DIR ": %m");
}
