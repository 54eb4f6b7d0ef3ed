/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Becomes a daemon; see daemonize.h. */
#include "config.h"

#include "daemonize.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/cleanup.h"

/* By /proc, because closefrom() is younger than the C libraries in use. */
void close_inherited(void)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		int fd = atoi(entry->d_name);

		if (fd > STDERR_FILENO && fd != dirfd(dir))
			close(fd);
	}
	if (dir)
		closedir(dir);
}

void reserve_streams(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

/* The first process: passes on what the daemon says. */
static void wait_ready(int fd)
{
	unsigned char status = 1;
	ssize_t n;

	do
		n = read(fd, &status, 1);
	while (n < 0 && errno == EINTR);
	_exit(n == 1 ? status : 1);
}

static int null_streams(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -1;
	for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++)
		if (fd != i && dup2(fd, i) < 0)
			return -1;
	if (fd > STDERR_FILENO)
		close(fd);
	return 0;
}

int daemonize(struct err *err)
{
	_cleanup_close_ int ready = -1;
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(err, "pipe: %m");
	ready = ends[1];
	pid = fork();
	if (pid < 0)
		return err_set(err, "fork: %m");
	if (pid > 0) {
		cleanup_closep(&ready);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
		wait_ready(ends[0]);
	}
	close(ends[0]);
	if (setsid() < 0)
		return err_set(err, "setsid: %m");
	/* no session leader any more: no terminal can come back */
	pid = fork();
	if (pid < 0)
		return err_set(err, "fork: %m");
	if (pid > 0)
		_exit(0);
	if (chdir("/") < 0 || null_streams() < 0)
		return err_set(err, "leave standard streams: %m");
	return take_fd(&ready);
}

void daemon_ready(int fd, int status)
{
	unsigned char byte = (unsigned char)status;

	if (fd < 0)
		return;
	/* nobody may be there to read it any more */
	if (write(fd, &byte, 1) != 1)
		errno = 0;
	close(fd);
}
