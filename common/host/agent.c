/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts the agent; see agent.h. */
#include "host/agent.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "spool/file.h"
#include "spool/spool.h"
#include "util/cleanup.h"
#include "util/spawn.h"

#define PID_FILE "agent.pid"
#define POLL_MS 5

bool agent_serves(int spool_fd)
{
	return spool_fd >= 0 && spool_is_held(spool_fd);
}

pid_t agent_pid(int spool_fd)
{
	char text[24];
	struct stat st;
	_cleanup_close_ int fd =
		spool_file_open(spool_fd, PID_FILE, O_RDONLY, &st, NULL);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	long pid;

	if (n <= 0)
		return 0;
	text[n] = '\0';
	pid = strtol(text, NULL, 10);
	return pid > 0 && pid <= INT_MAX ? (pid_t)pid : 0;
}

static bool is_served(const char *spool)
{
	_cleanup_close_ int fd =
		spool_open_dir(spool, false, (uid_t)-1, (gid_t)-1, NULL);

	return agent_serves(fd);
}

/* As waitpid, with patience; returns 0 when that came to its end. */
static pid_t wait_a_while(pid_t pid, int *ret_status)
{
	const struct timespec pause = { 0, POLL_MS * 1000000 };
	pid_t waited = 0;

	for (int ms = 0; ms < AGENT_PATIENCE_MS && waited == 0; ms += POLL_MS) {
		waited = waitpid(pid, ret_status, WNOHANG);
		if (waited < 0 && errno == EINTR)
			waited = 0;
		if (waited == 0)
			nanosleep(&pause, NULL);
	}
	return waited;
}

int agent_start(const char *spool, struct err *err)
{
	const char *const argv[] = { AGENT_PATH, "--spool", spool, NULL };
	pid_t pid, waited;
	int status = 0;

	if (is_served(spool))
		return 0;
	errno = spawn_detached(argv, -1, &pid);
	if (errno)
		return err_set(err, "start %s: %m", AGENT_PATH);
	waited = wait_a_while(pid, &status);
	/* ECHILD: the daemon ignores SIGCHLD and the kernel reaped it. */
	if (waited == pid && (!WIFEXITED(status) || WEXITSTATUS(status)))
		return err_set(
			err,
			"%s did not start (wait status 0x%x); it says why in the system log, or where there is none in %s/agent.log",
			AGENT_PATH, (unsigned)status, spool);
	return 0;
}
