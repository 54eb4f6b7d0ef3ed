/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening the spool's files without being led astray, and locking them. */
#ifndef OTEL_SPOOL_FILE_H
#define OTEL_SPOOL_FILE_H

#include <stdbool.h>
#include <sys/stat.h>

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

#define _cleanup_unlock_ __attribute__((cleanup(spool_unlock_close)))

#endif
