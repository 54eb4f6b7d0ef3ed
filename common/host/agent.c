/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts the agent; see agent.h. */
#include "host/agent.h"

#include <errno.h>
#include <sys/wait.h>

#include "util/spawn.h"

#define AGENT_PATH SBINDIR "/slurm-otel-agent"

int agent_start(const char *spool, const char *config_file, struct err *err)
{
	const char *const argv[] = { AGENT_PATH, "--spool", spool,
				     config_file ? "--config" : NULL,
				     config_file, NULL };
	pid_t pid, waited;
	int status = 0;

	errno = spawn_detached(argv, -1, &pid);
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
