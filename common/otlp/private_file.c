/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens files that must be there, or be secret; see private_file.h. */
#include "otlp/private_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/cleanup.h"

int private_file_open(const char *path, mode_t forbidden, const char *what,
		      struct err *err)
{
	int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
	_cleanup_close_ int fd = -1;
	struct stat st;

	/* certificates are commonly links into a store; secrets are not */
	fd = open(path, forbidden ? flags | O_NOFOLLOW : flags);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set(err, "%s %s: %m", what, path);
	errno = EPERM;
	if (!S_ISREG(st.st_mode))
		return err_set(err, "%s %s is not a regular file", what, path);
	if (!forbidden)
		return take_fd(&fd);
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return err_set(err,
			       "%s %s belongs to uid %u, which is neither root "
			       "nor this process's user",
			       what, path, (unsigned)st.st_uid);
	if (st.st_mode & forbidden)
		return err_set(err,
			       "%s %s has mode %04o, and others can read or "
			       "change it: use chmod 0600",
			       what, path, (unsigned)(st.st_mode & 07777));
	return take_fd(&fd);
}

int private_file_read(const char *path, size_t max, const char *what,
		      struct buf *ret, struct err *err)
{
	_cleanup_close_ int fd = private_file_open(path, 077, what, err);
	ssize_t n;

	if (fd < 0)
		return -1;
	if (buf_reserve(ret, max + 1) < 0) {
		errno = ENOMEM;
		return err_set(err, "no memory to read %s", path);
	}
	do {
		n = read(fd, ret->data + ret->len, max + 1 - ret->len);
		if (n > 0)
			ret->len += (size_t)n;
	} while (n > 0 && ret->len <= max);
	if (n < 0)
		return err_set(err, "read %s %s: %m", what, path);
	if (ret->len > max) {
		errno = EFBIG;
		return err_set(err, "%s %s is longer than %zu bytes", what,
			       path, max);
	}
	buf_putc(ret, '\0');
	return 0;
}
