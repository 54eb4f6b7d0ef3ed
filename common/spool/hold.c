/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Holds spans back: what runs in prologs and steps; see hold.h. */
#include "spool/hold.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "spool/file.h"
#include "spool/hold_private.h"
#include "spool/record.h"
#include "util/cleanup.h"
#include "util/clock.h"

#define JOB_LIMIT ((uint64_t)2 * 1024 * 1024)
#define JOB_SHARE 8 /* of the spool, at most */
#define ALL_SHARE 4
/* Beyond this many limits even the notes of what had no room end. */
#define NOTES 2

uint64_t hold_job_limit(uint64_t spool_max_size)
{
	uint64_t share = spool_max_size / JOB_SHARE;

	return share < JOB_LIMIT ? share : JOB_LIMIT;
}

uint64_t hold_limit(uint64_t spool_max_size)
{
	return spool_max_size / ALL_SHARE;
}

/* ---- the directory and its files --------------------------------------- */

int hold_open_dir(int spool_fd, bool make, struct err *err)
{
	_cleanup_close_ int fd = -1;
	struct stat st;

	if (make && mkdirat(spool_fd, HOLD_DIR, 0700) < 0 && errno != EEXIST)
		return err_set(err, "make " HOLD_DIR " in the spool: %m");
	fd = openat(spool_fd, HOLD_DIR,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_set(err, "open " HOLD_DIR " in the spool: %m");
	if (fstat(fd, &st) < 0)
		return err_set(err, "look at " HOLD_DIR " in the spool: %m");
	if (st.st_uid == geteuid() && !(st.st_mode & (S_IWGRP | S_IWOTH)))
		return take_fd(&fd);
	errno = EPERM;
	return err_set(err,
		       HOLD_DIR
		       " in the spool is not ours alone: owner %u, mode %o",
		       (unsigned)st.st_uid, (unsigned)(st.st_mode & 07777));
}

void hold_name(uint32_t job_id, char *ret)
{
	snprintf(ret, HOLD_NAME_SIZE, "%" PRIu32, job_id);
}

int hold_open_file(int dir, const char *name, int flags, struct stat *ret,
		   struct err *err)
{
	_cleanup_close_ int fd = openat(
		dir, name, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	struct stat st;

	if (fd < 0)
		return err_set(err, "open " HOLD_DIR "/%s in the spool: %m",
			       name);
	if (fstat(fd, &st) < 0)
		return err_set(err, "look at " HOLD_DIR "/%s in the spool: %m",
			       name);
	if (S_ISREG(st.st_mode) && st.st_nlink <= 1 && st.st_uid == geteuid()) {
		*ret = st;
		return take_fd(&fd);
	}
	errno = EPERM;
	return err_set(err,
		       HOLD_DIR
		       "/%s in the spool is not a file that we made: remove it",
		       name);
}

/* ---- prolog ------------------------------------------------------------ */

static int write_head(int fd, uint32_t job_id, uint32_t restart,
		      struct err *err)
{
	const struct spool_header header = {
		.version = SPOOL_VERSION,
		.kind = SPOOL_HOLD_HEAD,
		.len = HOLD_HEAD_SIZE,
		.job_id = job_id,
		.time_ns = clock_unix_ns(),
	};
	uint8_t data[SPOOL_HEADER_SIZE + HOLD_HEAD_SIZE];
	uint8_t *payload = data + SPOOL_HEADER_SIZE;
	const struct iovec iov = { data, sizeof(data) };

	boot_id_read(payload);
	spool_put_le(payload + BOOT_ID_SIZE, restart, 4);
	spool_header_encode(&header, payload, data);
	errno = ENOSPC; /* what a short write means */
	if (spool_writev(fd, &iov, 1) == (ssize_t)sizeof(data))
		return 0;
	return err_set(err, "write to " HOLD_DIR " in the spool: %m");
}

/* Is there a file of this very attempt?  A slurmd that was started anew may run
 * a prolog again. */
static bool has_begun(int dir, const char *name, uint32_t restart)
{
	uint8_t data[SPOOL_HEADER_SIZE + HOLD_HEAD_SIZE], boot[BOOT_ID_SIZE];
	const uint8_t *payload = data + SPOOL_HEADER_SIZE;
	struct stat st;
	_cleanup_close_ int fd = hold_open_file(dir, name, O_RDONLY, &st, NULL);

	boot_id_read(boot);
	return fd >= 0 &&
	       pread(fd, data, sizeof(data), 0) == (ssize_t)sizeof(data) &&
	       spool_record_verify(data, HOLD_HEAD_SIZE) &&
	       !memcmp(payload, boot, BOOT_ID_SIZE) &&
	       spool_get_le(payload + BOOT_ID_SIZE, 4) == restart;
}

int hold_begin(int spool_fd, const struct spool_options *options,
	       uint32_t job_id, uint32_t restart, struct err *err)
{
	_cleanup_close_ int dir = hold_open_dir(spool_fd, true, err);
	struct hold_result ignored = { 0 };
	_cleanup_close_ int fd = -1;
	char name[HOLD_NAME_SIZE];
	struct stat st;

	if (dir < 0)
		return -1;
	hold_name(job_id, name);
	if (has_begun(dir, name, restart))
		return 0;
	/* what can not be released is not worth this attempt's spans */
	if (hold_end(spool_fd, options, job_id, HOLD_RELEASE, &ignored, NULL) <
	    0)
		unlinkat(dir, name, 0);
	fd = hold_open_file(dir, name, O_WRONLY | O_CREAT | O_EXCL, &st, err);
	if (fd < 0)
		return -1;
	if (write_head(fd, job_id, restart, err) == 0)
		return 0;
	unlinkat(dir, name, 0);
	return -1;
}

/* ---- steps ------------------------------------------------------------- */

struct append {
	uint8_t headers[SPOOL_APPEND_MAX][SPOOL_HEADER_SIZE];
	struct iovec iov[2 * SPOOL_APPEND_MAX]; /* header, payload, ... */
	int n_iov;
	size_t len; /* all of it */
};

static void add(struct append *append, size_t i, enum spool_kind kind,
		const struct spool_entry *entry)
{
	const struct spool_header header = {
		.version = SPOOL_VERSION,
		.kind = (uint8_t)kind,
		.len = kind == SPOOL_HOLD_LOST ? 0 : (uint32_t)entry->len,
		.job_id = entry->job_id,
		.time_ns = clock_unix_ns(),
	};

	spool_header_encode(&header, entry->payload, append->headers[i]);
	append->iov[append->n_iov++] =
		(struct iovec){ append->headers[i], SPOOL_HEADER_SIZE };
	if (header.len)
		append->iov[append->n_iov++] =
			(struct iovec){ (void *)entry->payload, header.len };
	append->len += SPOOL_HEADER_SIZE + header.len;
}

/* Failures get in where there is no room for successes any more. */
static void add_all(struct append *append, const struct spool_entry *entries,
		    size_t n, uint64_t used, uint64_t limit)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t end =
			used + append->len + SPOOL_HEADER_SIZE + entries[i].len;
		uint64_t room =
			entries[i].kind == SPOOL_SPAN ? limit / 2 : limit;

		/* a note is no larger than the one of its loss */
		add(append, i,
		    entries[i].len && end > room ? SPOOL_HOLD_LOST
						 : entries[i].kind,
		    &entries[i]);
	}
}

static int write_all(int fd, const struct append *append, bool sync,
		     struct err *err)
{
	ssize_t n = spool_writev(fd, append->iov, append->n_iov);

	if (n == (ssize_t)append->len && (!sync || fdatasync(fd) == 0))
		return 1;
	if (n >= 0 && n < (ssize_t)append->len)
		errno = ENOSPC; /* readers pass over the torn record */
	return err_set(err, "write to " HOLD_DIR " in the spool: %m");
}

static int check(int spool_fd, const struct spool_options *options,
		 const struct spool_entry *entries, size_t n, struct err *err)
{
	bool good = spool_fd >= 0 && options && entries && n &&
		    n <= SPOOL_APPEND_MAX;

	for (size_t i = 0; good && i < n; i++)
		good = (entries[i].kind == SPOOL_SPAN ||
			entries[i].kind == SPOOL_HOLD_ERROR ||
			entries[i].kind == SPOOL_HOLD_ROOT) &&
		       entries[i].payload && entries[i].len &&
		       entries[i].len <= SPOOL_PAYLOAD_MAX &&
		       entries[i].job_id == entries[0].job_id;
	if (good)
		return 0;
	errno = EINVAL;
	return err_set(err, "hold_append: %m");
}

static int append_all(int spool_fd, const struct spool_options *options,
		      const struct spool_entry *entries, size_t n,
		      struct err *err)
{
	struct append append = { 0 };
	_cleanup_close_ int dir = -1;
	_cleanup_unlock_ int fd = -1;
	char name[HOLD_NAME_SIZE];
	struct stat st;
	uint64_t limit;
	int r;

	dir = hold_open_dir(spool_fd, false, err);
	if (dir < 0)
		return errno == ENOENT ? 0 : -1;
	hold_name(entries[0].job_id, name);
	fd = hold_open_file(dir, name, O_WRONLY | O_APPEND, &st, err);
	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	r = spool_flock(fd, LOCK_SH | LOCK_NB, err);
	if (r <= 0)
		return r;
	if (!spool_file_is(dir, name, &st))
		return 0;
	limit = hold_job_limit(options->max_size);
	if ((uint64_t)st.st_size > NOTES * limit) {
		errno = ENOBUFS;
		return err_set(err, "the job holds too many spans");
	}
	add_all(&append, entries, n, (uint64_t)st.st_size, limit);
	return write_all(fd, &append, options->sync, err);
}

int hold_append(int spool_fd, const struct spool_options *options,
		const struct spool_entry *entries, size_t n, struct err *err)
{
	if (check(spool_fd, options, entries, n, err) < 0)
		return -1;
	return append_all(spool_fd, options, entries, n, err);
}

int hold_note(int spool_fd, const struct spool_options *options,
	      uint32_t job_id, enum spool_kind kind, struct err *err)
{
	const struct spool_entry entry = { .kind = kind, .job_id = job_id };

	return append_all(spool_fd, options, &entry, 1, err);
}
