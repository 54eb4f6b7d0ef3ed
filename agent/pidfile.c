/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes agent.pid; see pidfile.h. */
#include "pidfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "util/cleanup.h"

#define PID_FILE "agent.pid"

int pidfile_write(int spool_fd, struct err *err)
{
	_cleanup_close_ int fd = -1;
	char text[32];
	int n = snprintf(text, sizeof(text), "%d\n", (int)getpid());

	/* one that an agent killed before left behind may be another user's */
	unlinkat(spool_fd, PID_FILE, 0);
	fd = openat(spool_fd, PID_FILE,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, text, (size_t)n) != n)
		return err_set(err, "write %s: %m", PID_FILE);
	return 0;
}

static bool is_ours(int spool_fd)
{
	_cleanup_close_ int fd =
		openat(spool_fd, PID_FILE,
		       O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	char text[32] = "";

	return fd >= 0 && read(fd, text, sizeof(text) - 1) > 0 &&
	       strtol(text, NULL, 10) == getpid();
}

void pidfile_remove(int spool_fd)
{
	if (is_ours(spool_fd))
		unlinkat(spool_fd, PID_FILE, 0);
}
