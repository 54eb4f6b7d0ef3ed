/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens and locks the spool's files; see file.h. */
#include "spool/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "util/cleanup.h"

#define PERMISSIONS 07777
#define PRIVATE 0600
#define TRIES 128 /* each further one needs somebody to make or remove it */
#define TRY_AGAIN (-2)

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
 * Makes a file that is not there, as root for the directory's owner.  This is
 * the only place where a file changes hands: what was made with O_EXCL is
 * nobody else's, whereas a file that was found may be any file of the host, put
 * there as a hard link that is gone again by the time we look for it.
 */
static int make_file(int dirfd, const char *name, int flags,
		     const struct stat *dir, struct stat *ret, struct err *err)
{
	_cleanup_close_ int fd =
		openat(dirfd, name, flags | O_CREAT | O_EXCL, PRIVATE);

	if (fd < 0)
		return open_error(name, err);
	/* whatever the umask */
	if (fchmod(fd, PRIVATE) < 0)
		return err_set(err, "make %s in the spool private: %m", name);
	if (geteuid() == 0 && dir->st_uid != 0 &&
	    fchown(fd, dir->st_uid, dir->st_gid) < 0)
		return err_set(err, "give %s in the spool to uid %u: %m", name,
			       dir->st_uid);
	if (fstat(fd, ret) < 0)
		return err_set(err, "look at %s in the spool: %m", name);
	return take_fd(&fd);
}

static int check(int fd, const char *name, const struct stat *dir,
		 struct stat *ret, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_set(err, "look at %s in the spool: %m", name);
	if (!S_ISREG(st.st_mode))
		return refuse(EINVAL, name, "is no regular file", err);
	if (st.st_nlink > 1)
		return refuse(EMLINK, name, "has a second name (hard link)",
			      err);
	if (st.st_uid != dir->st_uid && st.st_uid != geteuid())
		return refuse(EPERM, name, "belongs to a stranger", err);
	/* of the directory's owner, or our own: nothing is gained by it */
	if ((st.st_mode & PERMISSIONS) != PRIVATE && st.st_uid == dir->st_uid &&
	    fchmod(fd, PRIVATE) < 0)
		return err_set(err, "make %s in the spool private: %m", name);
	*ret = st;
	return 0;
}

/* Root's, in the directory of somebody else: on its way to that user, or left
 * by a process that died right there.  Such a file is still empty. */
static bool not_given(const struct stat *st, const struct stat *dir)
{
	return geteuid() == 0 && st->st_uid == 0 && dir->st_uid != 0;
}

static int not_given_away(int dirfd, const char *name, const struct stat *st,
			  struct err *err)
{
	if (st->st_size)
		return refuse(EPERM, name,
			      "is root's, and not its directory's owner's",
			      err);
	unlinkat(dirfd, name, 0);
	return 0;
}

/* Returns a descriptor, -1 with err, or TRY_AGAIN. */
static int open_once(int dirfd, const char *name, int flags,
		     const struct stat *dir, bool patient, struct stat *ret,
		     struct err *err)
{
	_cleanup_close_ int fd =
		openat(dirfd, name, flags & ~(O_CREAT | O_EXCL));

	if (fd < 0 && errno == ENOENT && (flags & O_CREAT)) {
		int made = make_file(dirfd, name, flags, dir, ret, err);

		return made < 0 && errno == EEXIST ? TRY_AGAIN : made;
	}
	if (fd < 0)
		return open_error(name, err);
	if (check(fd, name, dir, ret, err) < 0)
		return -1;
	if (!not_given(ret, dir))
		return take_fd(&fd);
	if (patient)
		sched_yield();
	else if (not_given_away(dirfd, name, ret, err) < 0)
		return -1;
	return TRY_AGAIN;
}

int spool_file_open(int dirfd, const char *name, int flags, struct stat *ret,
		    struct err *err)
{
	struct stat dir;

	/* O_NONBLOCK: a FIFO, or a file somebody holds a lease on. */
	flags |= O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
	if (fstat(dirfd, &dir) < 0)
		return err_set(err, "look at the spool: %m");
	if (flags & O_EXCL)
		return make_file(dirfd, name, flags, &dir, ret, err);
	for (int i = 0; i < TRIES; i++) {
		int fd = open_once(dirfd, name, flags, &dir, i < TRIES / 2, ret,
				   err);

		if (fd != TRY_AGAIN)
			return fd;
	}
	errno = EAGAIN;
	return err_set(err, "open %s in the spool: %m", name);
}

int spool_file_replace(int dirfd, const char *name, const char *temporary,
		       spool_fill fill, const void *what, struct err *err)
{
	_cleanup_close_ int fd = -1;

	if (unlinkat(dirfd, temporary, 0) < 0 && errno != ENOENT)
		return err_set(err, "replace %s in the spool: %m", temporary);
	fd = openat(dirfd, temporary,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    PRIVATE);
	if (fd < 0)
		return err_set(err, "make %s in the spool: %m", temporary);
	if (fill(dirfd, fd, what, err) == 0) {
		if (renameat(dirfd, temporary, dirfd, name) == 0)
			return 0;
		err_set(err, "make %s in the spool: %m", name);
	}
	unlinkat(dirfd, temporary, 0);
	return -1;
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
