/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Logs to a file in the spool; see log_fallback.h. */
#include "log_fallback.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/file.h"
#include "spool/spool.h"
#include "util/cleanup.h"

static int open_log(int dir)
{
	struct stat st;

	return spool_file_open(dir, SPOOL_AGENT_LOG,
			       O_RDWR | O_APPEND | O_CREAT, &st, NULL);
}

/* Opens the log anew when it was removed or is full.  Where the full one can
 * not be renamed, nothing more is written. */
static int follow(int *fd, int dir, size_t len)
{
	struct stat st;

	if (*fd >= 0 && fstat(*fd, &st) == 0 &&
	    spool_file_is(dir, SPOOL_AGENT_LOG, &st) &&
	    (size_t)st.st_size + len <= LOG_FALLBACK_MAX)
		return 0;
	cleanup_closep(fd);
	*fd = open_log(dir);
	if (*fd < 0 || fstat(*fd, &st) < 0)
		return -1;
	if ((size_t)st.st_size + len <= LOG_FALLBACK_MAX)
		return 0;
	if (renameat(dir, SPOOL_AGENT_LOG, dir, LOG_FALLBACK_OLD) < 0)
		return -1;
	cleanup_closep(fd);
	*fd = open_log(dir);
	return *fd < 0 ? -1 : 0;
}

void log_fallback_write(int *fd, int spool_fd, const char *spool,
			const char *line, size_t len)
{
	_cleanup_close_ int dir = -1;

	if (spool_fd < 0) {
		dir = spool_open_dir(spool, false, (uid_t)-1, (gid_t)-1, NULL);
		spool_fd = dir;
	}
	if (spool_fd < 0 || follow(fd, spool_fd, len) < 0)
		return;
	if (write(*fd, line, len) < 0)
		return;
}
