/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last attempt of each job on this node; see attempts.h. */
#include "spank/attempts.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spank/job_file_private.h"
#include "util/cleanup.h"

#define NAME "attempts" /* job files have numbers for names */
#define SLOTS 4096

struct attempt {
	uint32_t job_id, restart;
};

static off_t slot_of(uint32_t job_id)
{
	return (off_t)(job_id % SLOTS) * (off_t)sizeof(struct attempt);
}

static int open_table(int spool_fd, bool make, struct err *err)
{
	_cleanup_close_ int dir = job_files_open(spool_fd, make, err);
	_cleanup_close_ int fd = -1;
	struct stat st;

	if (dir < 0)
		return -1;
	fd = openat(dir, NAME,
		    (make ? O_RDWR | O_CREAT : O_RDONLY) | O_NOFOLLOW |
			    O_CLOEXEC | O_NONBLOCK,
		    0600);
	if (fd < 0)
		return err_set(err, "open the table of attempts: %m");
	if (fstat(fd, &st) < 0)
		return err_set(err, "stat the table of attempts: %m");
	if (!S_ISREG(st.st_mode) || st.st_nlink != 1 || st.st_uid != geteuid())
		return err_set(
			err,
			"the table of attempts is not one that we wrote: ignored");
	return take_fd(&fd);
}

int attempts_note(int spool_fd, uint32_t job_id, uint32_t restart,
		  struct err *err)
{
	_cleanup_close_ int fd = open_table(spool_fd, true, err);
	const struct attempt attempt = { .job_id = job_id, .restart = restart };

	if (fd < 0)
		return -1;
	errno = ENOSPC; /* what a short write means */
	if (pwrite(fd, &attempt, sizeof(attempt), slot_of(job_id)) !=
	    (ssize_t)sizeof(attempt))
		return err_set(err, "write the table of attempts: %m");
	return 0;
}

uint32_t attempts_next(int spool_fd, uint32_t job_id)
{
	_cleanup_close_ int fd = open_table(spool_fd, false, NULL);
	struct attempt attempt;

	if (fd < 0 ||
	    pread(fd, &attempt, sizeof(attempt), slot_of(job_id)) !=
		    (ssize_t)sizeof(attempt) ||
	    attempt.job_id != job_id || attempt.restart == UINT32_MAX)
		return 0;
	return attempt.restart + 1;
}
