/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds and ends an agent's process; see stop_agent.h. */
#include "util/compat.h"

#include "cli/stop_agent.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "host/agent.h"
#include "spool/file.h"
#include "util/cleanup.h"
#include "util/clock.h"

#define POLL_MS 10
#define DELETED " (deleted)" /* proc(5), of /proc/PID/exe */

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Cuts off what proc(5) appends to the path of a file that is gone. */
static void cut_deleted(char *path)
{
	size_t len = strlen(path), tail = strlen(DELETED);

	if (len > tail && !strcmp(path + len - tail, DELETED))
		path[len - tail] = '\0';
}

/* Its program is ours, or was until another one was put in its place. */
static int check_program(struct agent_process *process, struct err *err)
{
	_cleanup_free_ char *ours = realpath(AGENT_PATH, NULL);
	struct stat installed, running;
	char path[PATH_MAX] = "";

	if (readlinkat(process->fd, "exe", path, sizeof(path) - 1) < 0)
		return err_set(err, "see what process %d runs: %m",
			       (int)process->pid);
	process->replaced = fstatat(process->fd, "exe", &running, 0) < 0 ||
			    stat(AGENT_PATH, &installed) < 0 ||
			    !same_file(&running, &installed);
	cut_deleted(path);
	if (!process->replaced || !strcmp(path, ours ? ours : AGENT_PATH))
		return 0;
	errno = EPERM;
	return err_set(err, "process %d, which agent.pid names, runs %s",
		       (int)process->pid, path);
}

/* Returns 1 when one of its descriptors is that file, 0 when none is. */
static int has_open(const struct agent_process *process,
		    const struct stat *wanted)
{
	int fd = openat(process->fd, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	struct stat st;
	int found = 0;

	if (!dir) {
		cleanup_closep(&fd);
		return 0;
	}
	while (!found && (entry = readdir(dir)))
		found = *entry->d_name != '.' &&
			fstatat(fd, entry->d_name, &st, 0) == 0 &&
			same_file(&st, wanted);
	closedir(dir);
	return found;
}

static int check_lock(const struct agent_process *process, int spool_fd,
		      struct err *err)
{
	struct stat lock;

	if (fstatat(spool_fd, SPOOL_AGENT_LOCK, &lock, AT_SYMLINK_NOFOLLOW) < 0)
		return err_set(err, "look at %s: %m", SPOOL_AGENT_LOCK);
	if (has_open(process, &lock))
		return 0;
	errno = EPERM;
	return err_set(
		err, "process %d, which agent.pid names, serves another spool",
		(int)process->pid);
}

static int look_up(int spool_fd, struct agent_process *ret, struct err *err)
{
	_cleanup_close_ int fd = -1;
	struct agent_process process = { .pid = agent_pid(spool_fd) };
	char path[32];

	errno = ENOENT;
	if (!process.pid)
		return err_set(err, "an agent runs, and no agent.pid tells "
				    "which process it is");
	snprintf(path, sizeof(path), "/proc/%d", (int)process.pid);
	process.fd = fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_set(err,
			       "an agent runs, and agent.pid names process "
			       "%d: %m",
			       (int)process.pid);
	if (check_program(&process, err) < 0 ||
	    check_lock(&process, spool_fd, err) < 0)
		return -1;
	process.fd = take_fd(&fd);
	*ret = process;
	return 0;
}

/* One that ended while it was looked up is nothing to complain of. */
int agent_process_find(int spool_fd, struct agent_process *ret, struct err *err)
{
	if (!agent_serves(spool_fd))
		return 0;
	if (look_up(spool_fd, ret, err) == 0)
		return 1;
	return agent_serves(spool_fd) ? -1 : 0;
}

/* A zombie has no program any more. */
static bool is_gone(const struct agent_process *process)
{
	char path[PATH_MAX];

	return readlinkat(process->fd, "exe", path, sizeof(path)) < 0;
}

/* Where the kernel is too old, or a sandbox forbids the call, by number: the
 * process was looked up just now. */
static int end(const struct agent_process *process)
{
	int r = compat_pidfd_signal(process->fd, SIGTERM);

	return r < 0 && (errno == ENOSYS || errno == EPERM)
		       ? kill(process->pid, SIGTERM)
		       : r;
}

int agent_process_stop(const struct agent_process *process,
		       uint64_t patience_ms, struct err *err)
{
	const struct timespec pause = { 0, POLL_MS * 1000000 };

	if (end(process) < 0 && errno != ESRCH)
		return err_set(err, "end process %d: %m", (int)process->pid);
	for (uint64_t ms = 0; ms < patience_ms; ms += POLL_MS) {
		if (is_gone(process))
			return 0;
		nanosleep(&pause, NULL);
	}
	errno = ETIMEDOUT;
	return err_set(err,
		       "process %d still runs, %" PRIu64 " s after SIGTERM",
		       (int)process->pid, patience_ms / 1000);
}
