/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whom `slurm-otel stop` signals when process ids are used again.  What it
 * takes for an agent is tests/cli/test_stop.sh's business. */
#include "util/compat.h"

#include "cli/stop_agent.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

static pid_t start_sleeper(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		pause();
		_exit(0);
	}
	cr_assert_gt(pid, 0);
	return pid;
}

static struct agent_process look_up(pid_t pid)
{
	struct agent_process process = { .pid = pid };
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	process.fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cr_assert_geq(process.fd, 0);
	return process;
}

static void end_sleeper(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	cr_assert_eq(waitpid(pid, &status, 0), pid);
}

static void skip_without_the_call(void)
{
	struct agent_process self = look_up(getpid());

	if (compat_pidfd_signal(self.fd, 0) < 0)
		cr_skip_test("no pidfd_send_signal");
	close(self.fd);
}

TestSuite(stop_agent, .timeout = 60);

Test(stop_agent, leaves_alone_who_got_the_number_since)
{
	pid_t agent = start_sleeper(), bystander = start_sleeper();
	struct agent_process process = look_up(agent);
	struct err err;
	int status;

	skip_without_the_call();
	end_sleeper(agent);
	process.pid = bystander; /* as if the kernel had given it that one */
	cr_assert_eq(agent_process_stop(&process, 1000, &err), 0, "%s",
		     err.msg);
	cr_assert_eq(waitpid(bystander, &status, WNOHANG), 0);
	end_sleeper(bystander);
	close(process.fd);
}

Test(stop_agent, waits_for_its_end_and_says_when_it_does_not_come)
{
	struct agent_process process;
	struct err err = { "" };
	sigset_t blocked, before;
	int status;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigprocmask(SIG_BLOCK, &blocked, &before); /* which a child inherits */
	process = look_up(start_sleeper());
	sigprocmask(SIG_SETMASK, &before, NULL);
	cr_assert_eq(agent_process_stop(&process, 20, &err), -1);
	cr_assert_eq(errno, ETIMEDOUT);
	cr_assert(strstr(err.msg, "still runs"), "%s", err.msg);
	end_sleeper(process.pid);
	close(process.fd);

	process = look_up(start_sleeper());
	cr_assert_eq(agent_process_stop(&process, 60000, &err), 0, "%s",
		     err.msg);
	cr_assert_eq(waitpid(process.pid, &status, 0), process.pid);
	cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	close(process.fd);
}
