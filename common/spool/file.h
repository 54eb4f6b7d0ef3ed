/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening the spool's files without being led astray, and locking them. */
#ifndef OTEL_SPOOL_FILE_H
#define OTEL_SPOOL_FILE_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "util/err.h"

#define SPOOL_CURRENT "current"
#define SPOOL_CURSOR "cursor"
#define SPOOL_CURSOR_TMP "cursor.tmp"
#define SPOOL_DROPPED "dropped"
#define SPOOL_ROTATE_LOCK "rotate.lock"
#define SPOOL_AGENT_LOCK "agent.lock"
#define SPOOL_AGENT_LOG "agent.log"

/*
 * Opens name below dirfd with flags (O_CREAT makes it with mode 0600; what
 * O_CREAT may make is opened O_RDWR, which locks over NFS need).  Never
 * follows a link, never waits, and takes nothing but a regular file of ours or
 * of the directory's owner that has one name (none: somebody has just removed
 * it, which the caller sees in ret->st_nlink).  A file that root makes is given
 * to the directory's owner; one that was there never changes hands, and root's
 * own in the directory of another is removed when it is empty (whoever made it
 * died before it was given) and refused when it is not.  Returns a descriptor
 * and *ret, or -1 with err, errno kept.
 */
int spool_file_open(int dirfd, const char *name, int flags, struct stat *ret,
		    struct err *err);

/*
 * As root, gives root's directory fd (dir: its name for err) to owner, unless
 * that is (uid_t)-1: the one just made, or one that an earlier start made and
 * died before it could give it.  Never one with anything in it, which a mistake
 * in the configuration may have named.  *st is its status, brought up to date.
 */
int spool_give_dir(int fd, const char *dir, uid_t owner, gid_t group,
		   struct stat *st, struct err *err);

/* Writes what to fd, which belongs to the directory dirfd.  Returns 0, or -1
 * with err. */
typedef int (*spool_fill)(int dirfd, int fd, const void *what, struct err *err);

/*
 * Makes name below dirfd anew, as a whole or not at all: fill is given a new
 * file (ours, mode 0600, called temporary meanwhile), which then takes the
 * place of whatever name was.  It is closed under its last name: that close is
 * what a watcher of IN_CLOSE_WRITE sees.  Nothing is synced.  Returns 0, or -1
 * with err; then name is as it was.
 */
int spool_file_replace(int dirfd, const char *name, const char *temporary,
		       spool_fill fill, const void *what, struct err *err);

/* Is name still the file that st describes?  False when it is gone. */
bool spool_file_is(int dirfd, const char *name, const struct stat *st);

/* flock that is never interrupted.  Returns 1, 0 when somebody else holds it
 * (for LOCK_NB), or -1 with err. */
int spool_flock(int fd, int operation, struct err *err);

/*
 * Lets go and closes; *fd becomes -1.  A process that was forked meanwhile
 * shares the lock and would keep it past the close.  And it is in this order
 * that a watcher of IN_CLOSE_WRITE finds the lock free.
 */
void spool_unlock_close(int *fd);

/* writev that is never interrupted, and that no limit on the size of files
 * kills: SIGXFSZ would end a daemon that did not expect it. */
ssize_t spool_writev(int fd, const struct iovec *iov, int n);

#define _cleanup_unlock_ __attribute__((cleanup(spool_unlock_close)))

#endif
