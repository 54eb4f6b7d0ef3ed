/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens and locks the spool's files; see file.h. */
#include "spool/file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "util/cleanup.h"

#define PERMISSIONS 07777
#define PRIVATE 0600

static int open_error(const char *name, struct err *err)
{
	switch (errno) {
	case ELOOP:
		return err_set(err,
			       "%s in the spool is a symbolic link: remove it",
			       name);
	case EISDIR:
		return err_set(err, "%s in the spool is a directory: remove it",
			       name);
	default:
		return err_set(err, "open %s in the spool: %m", name);
	}
}

static int refuse(int code, const char *name, const char *what, struct err *err)
{
	errno = code;
	return err_set(err, "%s in the spool %s: remove it", name, what);
}

/*
 * Hands a file that root made to the directory's owner, whether it was made
 * just now or by a process that died before it could, and takes away what a
 * umask or a hand put into the mode.
 */
static int make_ours(int fd, const char *name, const struct stat *st,
		     const struct stat *dir, struct err *err)
{
	if (st->st_uid != dir->st_uid && geteuid() == 0 &&
	    fchown(fd, dir->st_uid, dir->st_gid) < 0)
		return err_set(err, "give %s in the spool to uid %u: %m", name,
			       dir->st_uid);
	if ((st->st_mode & PERMISSIONS) != PRIVATE && fchmod(fd, PRIVATE) < 0)
		return err_set(err, "make %s in the spool private: %m", name);
	return 0;
}

static int check(int dirfd, int fd, const char *name, struct stat *ret,
		 struct err *err)
{
	struct stat st, dir;

	if (fstat(fd, &st) < 0 || fstat(dirfd, &dir) < 0)
		return err_set(err, "look at %s in the spool: %m", name);
	if (!S_ISREG(st.st_mode))
		return refuse(EINVAL, name, "is no regular file", err);
	if (st.st_nlink > 1)
		return refuse(EMLINK, name, "has a second name (hard link)",
			      err);
	if (st.st_uid != dir.st_uid && st.st_uid != geteuid())
		return refuse(EPERM, name, "belongs to a stranger", err);
	if (make_ours(fd, name, &st, &dir, err) < 0)
		return -1;
	*ret = st;
	return 0;
}

int spool_file_open(int dirfd, const char *name, int flags, struct stat *ret,
		    struct err *err)
{
	/* O_NONBLOCK: a FIFO, or a file somebody holds a lease on. */
	_cleanup_close_ int fd =
		openat(dirfd, name, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
		       PRIVATE);

	if (fd < 0)
		return open_error(name, err);
	if (check(dirfd, fd, name, ret, err) < 0)
		return -1;
	return take_fd(&fd);
}

bool spool_file_is(int dirfd, const char *name, const struct stat *st)
{
	struct stat now;

	return fstatat(dirfd, name, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
	       now.st_ino == st->st_ino && now.st_dev == st->st_dev;
}

int spool_flock(int fd, int operation, struct err *err)
{
	int r;

	do
		r = flock(fd, operation);
	while (r < 0 && errno == EINTR);
	if (r == 0)
		return 1;
	if (errno == EWOULDBLOCK)
		return 0;
	return err_set(err, "lock a file of the spool: %m");
}

void spool_unlock_close(int *fd)
{
	int saved = errno;

	if (*fd >= 0) {
		flock(*fd, LOCK_UN);
		close(*fd);
	}
	*fd = -1;
	errno = saved;
}

static ssize_t write_unlimited(int fd, const struct iovec *iov, int n)
{
	ssize_t written;

	do
		written = writev(fd, iov, n);
	while (written < 0 && errno == EINTR);
	return written;
}

static ssize_t write_limited(int fd, const struct iovec *iov, int n)
{
	const struct timespec now = { 0, 0 };
	sigset_t xfsz, old, before;
	ssize_t written;
	int saved;

	sigemptyset(&xfsz);
	sigaddset(&xfsz, SIGXFSZ);
	sigpending(&before);
	pthread_sigmask(SIG_BLOCK, &xfsz, &old);
	written = write_unlimited(fd, iov, n);
	saved = errno;
	if (written < 0 && saved == EFBIG && !sigismember(&before, SIGXFSZ))
		sigtimedwait(&xfsz, NULL, &now);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	errno = saved;
	return written;
}

ssize_t spool_writev(int fd, const struct iovec *iov, int n)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_FSIZE, &limit) < 0 ||
	    limit.rlim_cur == RLIM_INFINITY)
		return write_unlimited(fd, iov, n);
	return write_limited(fd, iov, n);
}
