/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps count of what was lost; see counts.h. */
#include "spool/counts.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "spool/file.h"
#include "spool/record.h"
#include "util/cleanup.h"

#define MAGIC "OTLD\1\0\0\0" /* and the version */
#define MAGIC_SIZE 8
#define TRIES 64 /* of a lock that is held for a microsecond */

/* Their order in the file. */
static const size_t fields[] = {
	offsetof(struct spool_counts, dropped_records),
	offsetof(struct spool_counts, dropped_bytes),
	offsetof(struct spool_counts, torn_bytes),
	offsetof(struct spool_counts, torn_runs),
	offsetof(struct spool_counts, failed_records),
	offsetof(struct spool_counts, condemned),
};

#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))
#define AT_CHECKSUM (MAGIC_SIZE + 8 * N_FIELDS)
#define FILE_SIZE (AT_CHECKSUM + 8)

static uint64_t *field(struct spool_counts *counts, size_t i)
{
	return (uint64_t *)((char *)counts + fields[i]);
}

static void encode(struct spool_counts counts, uint8_t *ret)
{
	memcpy(ret, MAGIC, MAGIC_SIZE);
	for (size_t i = 0; i < N_FIELDS; i++)
		spool_put_le(ret + MAGIC_SIZE + 8 * i, *field(&counts, i), 8);
	spool_put_le(ret + AT_CHECKSUM,
		     spool_checksum(ret, AT_CHECKSUM, NULL, 0), 8);
}

static bool decode(const uint8_t *data, size_t len, struct spool_counts *ret)
{
	if (len != FILE_SIZE || memcmp(data, MAGIC, MAGIC_SIZE) ||
	    spool_get_le(data + AT_CHECKSUM, 8) !=
		    spool_checksum(data, AT_CHECKSUM, NULL, 0))
		return false;
	for (size_t i = 0; i < N_FIELDS; i++)
		*field(ret, i) = spool_get_le(data + MAGIC_SIZE + 8 * i, 8);
	return true;
}

/* Returns 1, 0 when what stands there is damaged or half overwritten. */
static int load(int fd, struct spool_counts *ret, struct err *err)
{
	uint8_t data[FILE_SIZE];
	ssize_t n = pread(fd, data, sizeof(data), 0);

	if (n < 0)
		return err_set(err, "read %s of the spool: %m", SPOOL_DROPPED);
	return decode(data, (size_t)n, ret);
}

static int store(int fd, const struct spool_counts *counts, struct err *err)
{
	uint8_t data[FILE_SIZE];

	encode(*counts, data);
	errno = ENOSPC; /* what a short write means; it sets none */
	if (pwrite(fd, data, sizeof(data), 0) != (ssize_t)sizeof(data))
		return err_set(err, "write %s of the spool: %m", SPOOL_DROPPED);
	return 0;
}

/* Few tries, as a hook must not wait; the holder needs a microsecond. */
static int lock(int fd, struct err *err)
{
	int r = 0;

	for (int i = 0; i < TRIES && !r; i++) {
		if (i)
			sched_yield();
		r = spool_flock(fd, LOCK_EX | LOCK_NB, err);
	}
	if (!r)
		return err_set(err, "%s of the spool stays locked",
			       SPOOL_DROPPED);
	return r;
}

static int add(int dirfd, const struct spool_counts *more, bool condemn,
	       struct err *err)
{
	struct stat st;
	_cleanup_unlock_ int fd = spool_file_open(dirfd, SPOOL_DROPPED,
						  O_RDWR | O_CREAT, &st, err);
	struct spool_counts counts = { 0 };

	if (fd < 0 || lock(fd, err) < 0 || load(fd, &counts, err) < 0)
		return -1;
	counts.dropped_records += more->dropped_records;
	counts.dropped_bytes += more->dropped_bytes;
	counts.torn_bytes += more->torn_bytes;
	counts.torn_runs += more->torn_runs;
	counts.failed_records += more->failed_records;
	if (condemn)
		counts.condemned = more->condemned;
	return store(fd, &counts, err);
}

int spool_counts_add(int dirfd, const struct spool_counts *more,
		     struct err *err)
{
	return add(dirfd, more, false, err);
}

int spool_counts_condemn(int dirfd, const struct spool_counts *more,
			 struct err *err)
{
	return add(dirfd, more, true, err);
}

int spool_counts_prepare(int dirfd, struct err *err)
{
	const struct spool_counts none = { 0 };
	struct stat st;

	if (fstatat(dirfd, SPOOL_DROPPED, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	return add(dirfd, &none, false, err);
}

int spool_counts_read(int dirfd, struct spool_counts *ret, struct err *err)
{
	struct spool_counts counts = { 0 };
	struct stat st;
	_cleanup_close_ int fd =
		spool_file_open(dirfd, SPOOL_DROPPED, O_RDONLY, &st, err);
	int r = 0;

	if (fd < 0 && errno != ENOENT)
		return -1;
	/* A writer may be changing it: look again before calling it damaged. */
	for (int i = 0; fd >= 0 && i < TRIES && !r; i++) {
		if (i)
			sched_yield();
		r = load(fd, &counts, err);
		if (r < 0)
			return -1;
	}
	*ret = counts;
	return 0;
}
