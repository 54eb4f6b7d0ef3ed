/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes what was appended durable, for a writer that appends much at once. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "spool/file.h"
#include "spool/segment.h"
#include "spool/spool.h"
#include "util/cleanup.h"

/* A file that is gone was delivered, or counted as lost. */
static int sync_file(int dirfd, const char *name, struct err *err)
{
	struct stat st;
	_cleanup_close_ int fd =
		spool_file_open(dirfd, name, O_RDONLY, &st, err);

	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	return fdatasync(fd) < 0
		       ? err_set(err, "flush the spool's %s: %m", name)
		       : 0;
}

/* current first: it may become a segment meanwhile, which comes after it. */
int spool_sync(int dirfd, uint64_t after, uint64_t *ret_last, struct err *err)
{
	uint64_t number = after, last = after;

	if (sync_file(dirfd, SPOOL_CURRENT, err) < 0)
		return -1;
	for (;;) {
		if (spool_segment_next(dirfd, number, &number, err) < 0)
			return -1;
		if (!number)
			break;
		last = number;
		if (sync_file(dirfd, spool_segment_name(number).text, err) < 0)
			return -1;
	}
	if (fsync(dirfd) < 0 && errno != EINVAL)
		return err_set(err, "flush the spool's directory: %m");
	*ret_last = last;
	return 0;
}
