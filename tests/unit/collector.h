/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs tests/fake_collector for one test and reads what it kept. */
#ifndef OTEL_TESTS_COLLECTOR_H
#define OTEL_TESTS_COLLECTOR_H

#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "temp_dir.h"
#include "util/buf.h"

#define COLLECTOR_ARGS 64

struct collector {
	struct temp_dir dir;
	pid_t pid;
	char url[64];
};

/* answers ends with NULL.  scheme is that of the URL. */
static inline void collector_run(const char *program, const char *scheme,
				 const char *const *answers,
				 struct collector *ret)
{
	const char *argv[COLLECTOR_ARGS] = { program, "--dir", NULL };
	int ends[2], n = 3;
	char port[16] = "";
	size_t len = 0;

	temp_dir_make(&ret->dir);
	argv[2] = ret->dir.path;
	while (*answers && n < COLLECTOR_ARGS - 1)
		argv[n++] = *answers++;
	if (pipe2(ends, O_CLOEXEC) < 0)
		abort();
	ret->pid = fork();
	if (ret->pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		execv(argv[0], (char *const *)argv);
		_exit(127);
	}
	close(ends[1]);
	/* to the end of the line: it may come in pieces, and a program whose
	 * reader went before the last of them ends */
	while (!strchr(port, '\n') && len < sizeof(port) - 1) {
		ssize_t got = read(ends[0], port + len, sizeof(port) - 1 - len);

		if (got <= 0)
			abort();
		len += (size_t)got;
	}
	close(ends[0]);
	port[strcspn(port, "\n")] = '\0';
	snprintf(ret->url, sizeof(ret->url), "%s://127.0.0.1:%s", scheme, port);
}

static inline void collector_start(const char *const *answers,
				   struct collector *ret)
{
	const char *path = getenv("FAKE_COLLECTOR");

	collector_run(path ? path : "tests/fake_collector", "http", answers,
		      ret);
}

static inline void collector_stop(struct collector *collector)
{
	kill(collector->pid, SIGKILL);
	waitpid(collector->pid, NULL, 0);
	temp_dir_remove(&collector->dir);
}

/* The path of request n's file: "head", "body" or "connection".  NULL when
 * there is none; the caller frees it. */
static inline char *collector_path(const struct collector *collector,
				   unsigned n, const char *what)
{
	char pattern[128], *path = NULL;
	glob_t found;

	snprintf(pattern, sizeof(pattern), "%s/%06u.*%s", collector->dir.path,
		 n, what);
	if (glob(pattern, 0, NULL, &found) == 0)
		path = strdup(found.gl_pathv[0]);
	globfree(&found);
	return path;
}

/* Appends the file and a NUL to ret.  Returns -1 when it is not there. */
static inline int collector_read(const struct collector *collector, unsigned n,
				 const char *what, struct buf *ret)
{
	char *path = collector_path(collector, n, what);
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	char block[65536];
	ssize_t len;

	free(path);
	if (fd < 0)
		return -1;
	while ((len = read(fd, block, sizeof(block))) > 0)
		buf_append(ret, block, (size_t)len);
	close(fd);
	buf_putc(ret, '\0');
	return 0;
}

#endif
