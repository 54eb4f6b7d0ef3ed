/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs a program and reads its lines; see program.h. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* pipe2 */
#endif

#include "cli/program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/cleanup.h"

static int add_streams(posix_spawn_file_actions_t *files, int out)
{
	int rc = posix_spawn_file_actions_addopen(files, STDIN_FILENO,
						  "/dev/null", O_RDONLY, 0);

	if (!rc)
		rc = posix_spawn_file_actions_adddup2(files, out,
						      STDOUT_FILENO);
	if (!rc)
		rc = posix_spawn_file_actions_adddup2(files, out,
						      STDERR_FILENO);
	return rc;
}

/* Returns an errno value. */
static int start(const char *const *argv, int out, pid_t *ret)
{
	posix_spawn_file_actions_t files;
	int rc = posix_spawn_file_actions_init(&files);

	if (rc)
		return rc;
	rc = add_streams(&files, out);
	if (!rc)
		rc = posix_spawnp(ret, argv[0], &files, NULL,
				  (char *const *)argv, environ);
	posix_spawn_file_actions_destroy(&files);
	return rc;
}

/* False when there is no end to it. */
static bool read_lines(FILE *in, void (*take)(const char *line, void *arg),
		       void *arg)
{
	char line[PROGRAM_LINE_MAX];
	bool begins = true;
	long total = 0;

	while (fgets(line, sizeof(line), in)) {
		const size_t len = strlen(line);
		const bool ends = len && line[len - 1] == '\n';

		total += (long)len;
		if (total > PROGRAM_OUTPUT_MAX)
			return false;
		if (ends)
			line[len - 1] = '\0';
		if (begins)
			take(line, arg);
		begins = ends;
	}
	return true;
}

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return status;
}

int program_read(const char *const *argv,
		 void (*take)(const char *line, void *arg), void *arg,
		 struct err *err)
{
	bool ended = false;
	FILE *in = NULL;
	int ends[2], status;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(err, "pipe: %m");
	errno = start(argv, ends[1], &pid);
	close(ends[1]);
	if (errno) {
		err_set(err, "run %s: %m", argv[0]);
		close(ends[0]);
		return -1;
	}
	in = fdopen(ends[0], "r");
	if (in)
		ended = read_lines(in, take, arg);
	else
		close(ends[0]);
	if (!ended)
		kill(pid, SIGKILL);
	if (in)
		fclose(in);
	status = wait_for(pid);
	if (!ended)
		return err_set(err, "%s writes without end", argv[0]);
	if (status < 0 || !WIFEXITED(status))
		return err_set(err, "%s was killed", argv[0]);
	return WEXITSTATUS(status);
}
