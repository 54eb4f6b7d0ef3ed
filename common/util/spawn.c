/* SPDX-License-Identifier: GPL-2.0-or-later */
/* posix_spawn with everything set that must not be inherited; see spawn.h. */
#include "util/compat.h"

#include "util/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

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

static int add_streams(posix_spawn_file_actions_t *files, int err_fd)
{
	int last = err_fd < 0 ? STDERR_FILENO : STDOUT_FILENO;
	int rc = 0;

	for (int fd = STDIN_FILENO; fd <= last && !rc; fd++)
		rc = posix_spawn_file_actions_addopen(files, fd, "/dev/null",
						      O_RDWR, 0);
	if (!rc && err_fd >= 0)
		rc = posix_spawn_file_actions_adddup2(files, err_fd,
						      STDERR_FILENO);
	return rc ? rc : compat_close_from(files, STDERR_FILENO + 1);
}

int spawn_detached(const char *const *argv, int err_fd, pid_t *ret)
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
	rc = add_streams(&files, err_fd);
	if (!rc)
		rc = posix_spawn(ret, argv[0], &files, &attr,
				 (char *const *)argv, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	return rc;
}
