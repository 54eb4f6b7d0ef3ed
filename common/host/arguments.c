/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads and writes `arguments` in a spool; see arguments.h. */
#include "host/arguments.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/file.h"
#include "util/buf.h"
#include "util/cleanup.h"

#define HEAD "# slurm-otel: arguments of plugstack.conf, written by slurmd\n"
#define TEMPORARY ".arguments.new"
#define CONFIG_KEY "Config="

static void buf_erase(struct buf *buf)
{
	if (buf->data)
		explicit_bzero(buf->data, buf->cap);
	buf_free(buf);
}

/* ---- reading ------------------------------------------------------------ */

static int check(int fd, struct stat *ret, struct err *err)
{
	if (fstat(fd, ret) < 0)
		return err_set(err, "stat " ARGUMENTS_FILE " in the spool: %m");
	errno = EPERM;
	if (!S_ISREG(ret->st_mode) || ret->st_nlink != 1 ||
	    (ret->st_mode & 022) ||
	    (ret->st_uid != 0 && ret->st_uid != geteuid()))
		return err_set(err, ARGUMENTS_FILE
			       " in the spool is not one that slurmd wrote: "
			       "remove it and restart slurmd");
	errno = EFBIG;
	if (ret->st_size > ARGUMENTS_MAX_BYTES)
		return err_set(err,
			       ARGUMENTS_FILE " in the spool is too long: "
					      "remove it and restart slurmd");
	return 0;
}

/* Returns 1 with *ret, NUL added; 0 when there is no file; -1 with err. */
static int slurp(int spool_fd, struct buf *ret, struct err *err)
{
	_cleanup_close_ int fd =
		openat(spool_fd, ARGUMENTS_FILE,
		       O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	ssize_t n;

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return err_set(err, "open " ARGUMENTS_FILE " in the spool: %m");
	if (check(fd, &st, err) < 0)
		return -1;
	errno = ENOMEM;
	if (buf_reserve(ret, (size_t)st.st_size + 1) < 0)
		return err_set(err, "read " ARGUMENTS_FILE " in the spool: %m");
	n = read(fd, ret->data, (size_t)st.st_size);
	if (n < 0)
		return err_set(err, "read " ARGUMENTS_FILE " in the spool: %m");
	ret->len = (size_t)n;
	buf_putc(ret, '\0');
	return 1;
}

/* Cuts text into lines; a last one without its end was not written by us. */
static int cut(char *text, struct arguments *ret)
{
	char *end;

	ret->list = calloc(ARGUMENTS_MAX, sizeof(*ret->list));
	if (!ret->list)
		return -1;
	errno = EINVAL;
	for (; *text; text = end + 1) {
		end = strchr(text, '\n');
		if (!end || ret->n == ARGUMENTS_MAX)
			return -1;
		*end = '\0';
		ret->list[ret->n++] = text;
	}
	return 0;
}

int arguments_load(int spool_fd, struct arguments *ret, struct err *err)
{
	struct arguments arguments = { 0 };
	struct buf buf = BUF_INIT;
	int rc = slurp(spool_fd, &buf, err);

	if (rc <= 0) {
		buf_erase(&buf);
		if (!rc)
			*ret = arguments;
		return rc;
	}
	arguments.text = (char *)buf.data;
	arguments.size = buf.cap;
	errno = EINVAL;
	if (strlen(arguments.text) != buf.len - 1 ||
	    strncmp(arguments.text, HEAD, sizeof(HEAD) - 1) ||
	    cut(arguments.text + sizeof(HEAD) - 1, &arguments) < 0) {
		err_set(err, ARGUMENTS_FILE
			" in the spool is damaged: remove it and restart "
			"slurmd");
		arguments_clear(&arguments);
		return -1;
	}
	*ret = arguments;
	return 0;
}

const char *arguments_config(const struct arguments *arguments)
{
	const size_t len = sizeof(CONFIG_KEY) - 1;

	for (size_t i = 0; i < arguments->n; i++)
		if (!strncasecmp(arguments->list[i], CONFIG_KEY, len))
			return arguments->list[i] + len;
	return NULL;
}

void arguments_clear(struct arguments *arguments)
{
	int saved = errno;

	if (arguments->text)
		explicit_bzero(arguments->text, arguments->size);
	free(arguments->text);
	free(arguments->list);
	*arguments = (struct arguments){ 0 };
	errno = saved;
}

/* ---- writing ------------------------------------------------------------ */

static int put_all(char *const *list, size_t n, struct buf *ret,
		   struct err *err)
{
	errno = E2BIG;
	if (n > ARGUMENTS_MAX)
		return err_set(err, "plugstack.conf: %zu arguments: %m", n);
	buf_puts(ret, HEAD);
	for (size_t i = 0; i < n; i++) {
		errno = EINVAL;
		if (strchr(list[i], '\n'))
			return err_set(err, "plugstack.conf: an argument with "
					    "more than one line");
		buf_puts(ret, list[i]);
		buf_putc(ret, '\n');
	}
	errno = ret->failed ? ENOMEM : E2BIG;
	if (ret->failed || ret->len > ARGUMENTS_MAX_BYTES)
		return err_set(err, "plugstack.conf: its arguments: %m");
	return 0;
}

/* Since the agent got another user, it belongs to another group. */
static bool agent_may_read(int spool_fd)
{
	struct stat dir, file;

	return geteuid() != 0 ||
	       (fstat(spool_fd, &dir) == 0 &&
		fstatat(spool_fd, ARGUMENTS_FILE, &file, AT_SYMLINK_NOFOLLOW) ==
			0 &&
		file.st_gid == dir.st_gid && (file.st_mode & S_IRGRP));
}

static bool says_it_already(int spool_fd, const struct buf *wanted)
{
	struct buf there = BUF_INIT;
	bool same = slurp(spool_fd, &there, NULL) == 1 &&
		    there.len == wanted->len + 1 &&
		    !memcmp(there.data, wanted->data, wanted->len) &&
		    agent_may_read(spool_fd);

	buf_erase(&there);
	return same;
}

static int fill(int spool_fd, int fd, const void *what, struct err *err)
{
	const struct buf *text = what;
	struct stat dir;
	ssize_t n = write(fd, text->data, text->len);

	if (n >= 0 && (size_t)n < text->len)
		errno = ENOSPC;
	if (n < 0 || (size_t)n < text->len)
		return err_set(err,
			       "write " ARGUMENTS_FILE " in the spool: %m");
	/* the agent reads it again when it is no longer root */
	if (geteuid() == 0 &&
	    (fstat(spool_fd, &dir) < 0 ||
	     fchown(fd, (uid_t)-1, dir.st_gid) < 0 || fchmod(fd, 0640) < 0))
		return err_set(err, "let the agent read " ARGUMENTS_FILE
				    " in the spool: %m");
	return 0;
}

int arguments_store(int spool_fd, char *const *list, size_t n, struct err *err)
{
	struct buf text = BUF_INIT;
	int rc;

	if (!n) {
		if (unlinkat(spool_fd, ARGUMENTS_FILE, 0) < 0 &&
		    errno != ENOENT)
			return err_set(err, "remove " ARGUMENTS_FILE
					    " in the spool: %m");
		return 0;
	}
	rc = put_all(list, n, &text, err);
	if (!rc && !says_it_already(spool_fd, &text))
		rc = spool_file_replace(spool_fd, ARGUMENTS_FILE, TEMPORARY,
					fill, &text, err);
	buf_erase(&text);
	return rc;
}
