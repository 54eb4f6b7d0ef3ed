/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts the agent; see agent.h. */
#include "host/agent.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>

#define AGENT_PATH SBINDIR "/slurm-otel-agent"

extern char **environ;

/* The daemon's signal mask and dispositions are not the agent's. */
static int init_attr(posix_spawnattr_t *attr)
{
	sigset_t none, all;

	if (posix_spawnattr_init(attr))
		return -1;
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_setsigmask(attr, &none);
	posix_spawnattr_setsigdefault(attr, &all);
	posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK |
					       POSIX_SPAWN_SETSIGDEF);
	return 0;
}

static int spawn(char *const *argv, pid_t *ret_pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int rc;

	if (init_attr(&attr) < 0)
		return ENOMEM;
	rc = posix_spawn_file_actions_init(&files);
	if (rc) {
		posix_spawnattr_destroy(&attr);
		return rc;
	}
	for (int fd = 0; fd < 3 && !rc; fd++)
		rc = posix_spawn_file_actions_addopen(&files, fd, "/dev/null",
						      O_RDWR, 0);
	if (!rc)
		rc = posix_spawn(ret_pid, AGENT_PATH, &files, &attr, argv,
				 environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	return rc;
}

int agent_start(const char *spool, const char *config_file, struct err *err)
{
	const char *const argv[] = { AGENT_PATH, "--spool", spool,
				     config_file ? "--config" : NULL,
				     config_file, NULL };
	pid_t pid, waited;
	int status = 0;

	errno = spawn((char *const *)argv, &pid);
	if (errno)
		return err_set(err, "start %s: %m", AGENT_PATH);
	do
		waited = waitpid(pid, &status, 0);
	while (waited < 0 && errno == EINTR);
	/* ECHILD: the daemon ignores SIGCHLD and the kernel reaped it. */
	if (waited == pid && (!WIFEXITED(status) || WEXITSTATUS(status)))
		return err_set(err,
			       "%s did not start (wait status 0x%x); it says why in the system log",
			       AGENT_PATH, (unsigned)status);
	return 0;
}
