/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs the comment helper; see helper.h. */
#include "config.h"

#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/utf8.h"

#define SAID_MAX 160

/* A process group of its own, so that a kill takes its children along. */
static int init_attr(posix_spawnattr_t *attr)
{
	sigset_t none, all;

	if (posix_spawnattr_init(attr))
		return -1;
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_setsigmask(attr, &none);
	posix_spawnattr_setsigdefault(attr, &all);
	posix_spawnattr_setpgroup(attr, 0);
	posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK |
					       POSIX_SPAWN_SETSIGDEF |
					       POSIX_SPAWN_SETPGROUP);
	return 0;
}

/* Ours close by themselves; libcurl's threads have some that do not. */
static int close_others(posix_spawn_file_actions_t *files)
{
#if __GLIBC_PREREQ(2, 34)
	return posix_spawn_file_actions_addclosefrom_np(files,
							STDERR_FILENO + 1);
#else
	(void)files;
	return 0;
#endif
}

static int spawn(char *const *argv, int err_fd, pid_t *ret)
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
	for (int fd = STDIN_FILENO; fd <= STDOUT_FILENO && !rc; fd++)
		rc = posix_spawn_file_actions_addopen(&files, fd, "/dev/null",
						      O_RDWR, 0);
	if (!rc)
		rc = posix_spawn_file_actions_adddup2(&files, err_fd,
						      STDERR_FILENO);
	if (!rc)
		rc = close_others(&files);
	if (!rc)
		rc = posix_spawn(ret, argv[0], &files, &attr, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	return rc;
}

int helper_start(struct helper *helper, char *const *argv, uint64_t now,
		 struct err *err)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_set(err, "pipe: %m");
	errno = spawn(argv, ends[1], &helper->pid);
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
