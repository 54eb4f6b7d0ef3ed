/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * spool_append: what runs on a job's path.  It takes no lock that anybody
 * holds for longer than a write, and gives up rather than wait.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <sys/file.h>
#include <sys/uio.h>
#include <unistd.h>

#include "spool/counts.h"
#include "spool/file.h"
#include "spool/record.h"
#include "spool/rotate.h"
#include "util/cleanup.h"
#include "util/clock.h"

/* Each further one needs somebody to set current aside just then. */
#define OPEN_TRIES 100
/* A second whole record after a torn one; more would only fill the disk. */
#define WRITE_TRIES 2

struct append {
	int dirfd;
	const struct spool_options *options;
	uint8_t headers[SPOOL_APPEND_MAX][SPOOL_HEADER_SIZE];
	struct iovec iov[2 * SPOOL_APPEND_MAX]; /* header, payload, ... */
	int n_iov;
	size_t len;   /* all of it */
	bool rotated; /* tried already */
	struct err rotate_err;
};

/*
 * A short write leaves a torn record, which the reader passes over; cutting it
 * off could cut another writer's.  The whole record is tried once more behind
 * it, where it either fits after all or fails with the reason.
 */
static int write_whole(const struct append *append, int fd, struct err *err)
{
	for (int i = 0; i < WRITE_TRIES; i++) {
		ssize_t n = spool_writev(fd, append->iov, append->n_iov);

		if (n == (ssize_t)append->len)
			return 0;
		if (n < 0)
			return err_set(err, "write to the spool: %m");
	}
	errno = ENOSPC;
	return err_set(err, "write to the spool: only a part could be written");
}

static int make_durable(const struct append *append, int fd, bool fresh,
			struct err *err)
{
	if (fdatasync(fd) < 0 ||
	    (fresh && fsync(append->dirfd) < 0 && errno != EINVAL))
		return err_set(err,
			       "the record was written, but not durably: %m");
	return 0;
}

/*
 * Returns 1 when the record is in current, 0 when the file was set aside
 * meanwhile (and is locked, or has lost the name), -1 with err.
 */
static int write_locked(const struct append *append, int fd,
			const struct stat *st, struct err *err)
{
	int r = spool_flock(fd, LOCK_SH | LOCK_NB, err);

	if (r <= 0)
		return r;
	if (!spool_file_is(append->dirfd, SPOOL_CURRENT, st))
		return 0;
	return write_whole(append, fd, err) < 0 ? -1 : 1;
}

/* Does the record not fit into the segment that current is to become? */
static bool outgrown(const struct append *append, const struct stat *st)
{
	return st->st_size > 0 &&
	       (uint64_t)st->st_size + append->len >
		       spool_segment_size(append->options->max_size);
}

/* current can outgrow the whole spool only when nobody can set it aside. */
static bool overfull(const struct append *append, const struct stat *st)
{
	return st->st_size > 0 &&
	       (uint64_t)st->st_size + append->len >
		       spool_limit(append->options->max_size);
}

static int refuse(const struct append *append, const struct stat *st,
		  struct err *err)
{
	const char *why = append->rotate_err.msg;

	errno = ENOBUFS;
	return err_set(err,
		       "the spool's %s holds %" PRIu64
		       " bytes and can not be set aside: %s",
		       SPOOL_CURRENT, (uint64_t)st->st_size,
		       *why ? why : "another process is at it");
}

/* One attempt; returns as write_locked. */
static int attempt(struct append *append, struct err *err)
{
	struct stat st;
	_cleanup_unlock_ int fd =
		spool_file_open(append->dirfd, SPOOL_CURRENT,
				O_RDWR | O_APPEND | O_CREAT, &st, err);
	int r;

	if (fd < 0)
		return -1;
	if (!st.st_nlink)
		return 0;
	if (outgrown(append, &st) && !append->rotated) {
		append->rotated = true;
		spool_rotate(append->dirfd, &st, append->options->max_size,
			     &append->rotate_err);
		return 0;
	}
	if (overfull(append, &st))
		return refuse(append, &st, err);
	r = write_locked(append, fd, &st, err);
	if (r > 0 && append->options->sync) {
		flock(fd, LOCK_UN);
		return make_durable(append, fd, !st.st_size, err) < 0 ? -1 : 1;
	}
	return r;
}

static int append_record(struct append *append, struct err *err)
{
	for (int i = 0; i < OPEN_TRIES; i++) {
		int r = attempt(append, err);

		if (r)
			return r < 0 ? -1 : 0;
	}
	errno = EAGAIN;
	return err_set(err,
		       "the spool's %s was set aside %d times while it "
		       "was being opened",
		       SPOOL_CURRENT, OPEN_TRIES);
}

static int encode(struct append *append, size_t i,
		  const struct spool_entry *entry, struct err *err)
{
	const struct spool_header header = {
		.version = SPOOL_VERSION,
		.kind = (uint8_t)entry->kind,
		.len = (uint32_t)entry->len,
		.job_id = entry->job_id,
		.time_ns = clock_unix_ns(),
	};

	if (entry->kind < 1 || entry->kind > UINT8_MAX ||
	    (!entry->payload && entry->len)) {
		errno = EINVAL;
		return err_set(err, "a record for the spool: %m");
	}
	if (entry->len > SPOOL_PAYLOAD_MAX) {
		errno = EMSGSIZE;
		return err_set(
			err, "a record of %zu bytes is too large for the spool",
			entry->len);
	}
	spool_header_encode(&header, entry->payload, append->headers[i]);
	append->iov[2 * i] =
		(struct iovec){ append->headers[i], SPOOL_HEADER_SIZE };
	append->iov[2 * i + 1] =
		(struct iovec){ (void *)entry->payload, entry->len };
	append->n_iov += 2;
	append->len += SPOOL_HEADER_SIZE + entry->len;
	return 0;
}

static int encode_all(struct append *append, const struct spool_entry *entries,
		      size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++)
		if (encode(append, i, &entries[i], err) < 0)
			return -1;
	return 0;
}

static int check(int dirfd, const struct spool_options *options,
		 const struct spool_entry *entries, size_t n, struct err *err)
{
	if (dirfd >= 0 && options && options->max_size && entries && n &&
	    n <= SPOOL_APPEND_MAX)
		return 0;
	errno = EINVAL;
	return err_set(err, "spool_append: %m");
}

static int append_all(int dirfd, const struct spool_options *options,
		      const struct spool_entry *entries, size_t n,
		      struct err *err)
{
	struct append append = { .dirfd = dirfd, .options = options };

	if (encode_all(&append, entries, n, err) < 0)
		return -1;
	return append_record(&append, err);
}

int spool_append_all(int dirfd, const struct spool_options *options,
		     const struct spool_entry *entries, size_t n,
		     struct err *err)
{
	int saved;

	if (check(dirfd, options, entries, n, err) < 0)
		return -1;
	if (append_all(dirfd, options, entries, n, err) == 0)
		return 0;
	saved = errno;
	if (!options->kept)
		spool_counts_add(dirfd,
				 &(struct spool_counts){ .failed_records = n },
				 NULL);
	errno = saved;
	return -1;
}

int spool_append(int dirfd, const struct spool_options *options,
		 enum spool_kind kind, uint32_t job_id, const void *payload,
		 size_t len, struct err *err)
{
	const struct spool_entry entry = { kind, job_id, payload, len };

	return spool_append_all(dirfd, options, &entry, 1, err);
}
