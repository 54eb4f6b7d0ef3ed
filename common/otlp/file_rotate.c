/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rotates a file by renames; see file_rotate.h. */
#include "config.h"

#include "otlp/file_rotate.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>

struct name {
	char text[PATH_MAX];
};

/* Number 0 is the path itself. */
static int number(const char *path, uint64_t n, struct name *ret,
		  struct err *err)
{
	int len = n ? snprintf(ret->text, sizeof(ret->text), "%s.%" PRIu64,
			       path, n)
		    : snprintf(ret->text, sizeof(ret->text), "%s", path);

	if (len > 0 && (size_t)len < sizeof(ret->text))
		return 0;
	errno = ENAMETOOLONG;
	return err_set(err, "rotate %s: %m", path);
}

static bool is_free(const char *name)
{
	struct stat st;

	return lstat(name, &st) < 0 && errno == ENOENT;
}

/* The first number that no file has; count when all are taken. */
static int first_free(const char *path, uint64_t count, uint64_t *ret,
		      struct err *err)
{
	struct name name;
	uint64_t n = 1;

	for (; n < count; n++) {
		if (number(path, n, &name, err) < 0)
			return -1;
		if (is_free(name.text))
			break;
	}
	*ret = n;
	return 0;
}

static int move_up(const char *path, uint64_t n, struct err *err)
{
	struct name from, to;

	if (number(path, n - 1, &from, err) < 0 ||
	    number(path, n, &to, err) < 0)
		return -1;
	/* ENOENT: somebody else took it away, which leaves the place free */
	if (rename(from.text, to.text) < 0 && errno != ENOENT)
		return err_set(err, "rotate %s: rename it to %s: %m", from.text,
			       to.text);
	return 0;
}

int file_rotate(const char *path, uint64_t count, struct err *err)
{
	uint64_t n = 1;

	if (first_free(path, count, &n, err) < 0)
		return -1;
	for (; n > 0; n--)
		if (move_up(path, n, err) < 0)
			return -1;
	return 0;
}
