/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs the comment helper; see helper.h. */
#include "config.h"

#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/spawn.h"
#include "util/utf8.h"

#define SAID_MAX 160

int helper_start(struct helper *helper, const char *const *argv, uint64_t now,
		 struct err *err)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_set(err, "pipe: %m");
	errno = spawn_detached(argv, ends[1], &helper->pid);
	cleanup_closep(&ends[1]);
	if (errno) {
		helper->pid = 0;
		cleanup_closep(&ends[0]);
		return err_set(err, "start %s: %m", argv[0]);
	}
	helper->err_fd = ends[0];
	helper->kill_at = now + HELPER_TIMEOUT_MS;
	return 0;
}

static void read_said(int fd, struct err *ret)
{
	char line[SAID_MAX];
	ssize_t n = read(fd, line, sizeof(line));
	size_t len = 0;

	while ((ssize_t)len < n && (unsigned char)line[len] >= ' ')
		len++;
	utf8_repair(line, len, 0, ret->msg);
}

_Static_assert(3 * SAID_MAX < ERR_SIZE, "a repaired line fits");

static enum helper_end judge(int status)
{
	if (WIFSIGNALED(status) || WEXITSTATUS(status) == EX_TEMPFAIL)
		return HELPER_LATER;
	return WEXITSTATUS(status) == 0 ? HELPER_DONE : HELPER_FAILED;
}

bool helper_ended(struct helper *helper, uint64_t now, enum helper_end *ret,
		  struct err *ret_said)
{
	int status = 0;
	pid_t pid = waitpid(helper->pid, &status, WNOHANG);

	if (pid == 0) {
		if (now >= helper->kill_at) {
			kill(-helper->pid, SIGKILL);
			helper->kill_at = now + HELPER_TIMEOUT_MS;
		}
		return false;
	}
	/* an error can only be that it is gone without our knowing how */
	*ret = pid < 0 ? HELPER_LATER : judge(status);
	read_said(helper->err_fd, ret_said);
	helper->pid = 0;
	close(helper->err_fd);
	return true;
}

void helper_stop(struct helper *helper)
{
	if (!helper->pid)
		return;
	kill(-helper->pid, SIGKILL);
	while (waitpid(helper->pid, NULL, 0) < 0 && errno == EINTR)
		;
	helper->pid = 0;
	close(helper->err_fd);
}
