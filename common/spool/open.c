/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The records of running steps, as slurmstepd makes them; see open.h. */
#include "spool/open.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "spool/file.h"
#include "spool/record.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/hex.h"

#define BOOT_ID_FILE "/proc/sys/kernel/random/boot_id"
#define UUID_LEN 36
/* A name that a step which died while it wrote left behind. */
#define MAKE_TRIES 2
#define OPEN_SPARES 4
#define SPARE_SIZE_MAX 4096
#define HIDDEN_SIZE (OPEN_NAME_SIZE + 16) /* two dots and a pid more */

/* ---- directory --------------------------------------------------------- */

static int open_error(struct err *err)
{
	/* O_NOFOLLOW with O_DIRECTORY calls a link ENOTDIR. */
	if (errno == ELOOP || errno == ENOTDIR)
		return err_set(err, OPEN_DIR " in the spool is a symbolic link "
					     "or no directory: remove it");
	return err_set(err, "open " OPEN_DIR " in the spool: %m");
}

static int check(const struct stat *st, const struct stat *spool,
		 struct err *err)
{
	if ((st->st_uid == spool->st_uid || st->st_uid == geteuid()) &&
	    !(st->st_mode & (S_IWGRP | S_IWOTH)))
		return 0;
	errno = EPERM;
	return err_set(err,
		       OPEN_DIR " in the spool belongs to a stranger or can be "
				"written by others: remove it");
}

int open_dir(int spool_fd, struct err *err)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	_cleanup_close_ int fd = openat(spool_fd, OPEN_DIR, flags);
	struct stat st, spool;
	bool made = false;

	if (fd < 0 && errno == ENOENT) {
		made = mkdirat(spool_fd, OPEN_DIR, 0700) == 0;
		if (!made && errno != EEXIST)
			return err_set(err,
				       "make " OPEN_DIR " in the spool: %m");
		fd = openat(spool_fd, OPEN_DIR, flags);
	}
	if (fd < 0)
		return open_error(err);
	/* whatever the umask: a step may have that of the job's user */
	if ((made && fchmod(fd, 0700) < 0) || fstat(fd, &st) < 0 ||
	    fstat(spool_fd, &spool) < 0)
		return err_set(err, "look at " OPEN_DIR " in the spool: %m");
	if (st.st_uid != spool.st_uid &&
	    spool_give_dir(fd, OPEN_DIR, spool.st_uid, spool.st_gid, &st, err) <
		    0)
		return -1;
	return check(&st, &spool, err) < 0 ? -1 : take_fd(&fd);
}

void boot_id_read(uint8_t *ret)
{
	_cleanup_close_ int fd = open(BOOT_ID_FILE, O_RDONLY | O_CLOEXEC);
	char text[UUID_LEN], digits[2 * BOOT_ID_SIZE + 1];
	size_t n = 0;

	memset(ret, 0, BOOT_ID_SIZE);
	if (fd < 0 || read(fd, text, UUID_LEN) != UUID_LEN)
		return;
	for (size_t i = 0; i < UUID_LEN; i++)
		if (text[i] != '-' && n < 2 * BOOT_ID_SIZE)
			digits[n++] = text[i];
	digits[n] = '\0';
	hex_decode(digits, BOOT_ID_SIZE, ret);
}

/* ---- writer ------------------------------------------------------------ */

static int write_record(int fd, const struct stat *st, uint32_t job_id,
			const void *span, size_t len, struct err *err)
{
	const struct spool_header header = {
		.version = SPOOL_VERSION,
		.kind = SPOOL_OPEN,
		.len = (uint32_t)(BOOT_ID_SIZE + len),
		.job_id = job_id,
		.time_ns = clock_unix_ns(),
	};
	size_t size = SPOOL_HEADER_SIZE + BOOT_ID_SIZE + len;
	_cleanup_free_ uint8_t *data = malloc(size);
	const struct iovec iov = { data, size };
	ssize_t n;

	if (!data)
		return err_set(err, "out of memory");
	boot_id_read(data + SPOOL_HEADER_SIZE);
	memcpy(data + SPOOL_HEADER_SIZE + BOOT_ID_SIZE, span, len);
	spool_header_encode(&header, data + SPOOL_HEADER_SIZE, data);
	n = spool_writev(fd, &iov, 1);
	if (n == (ssize_t)size &&
	    (st->st_size <= n || ftruncate(fd, (off_t)n) == 0))
		return 0;
	if (n >= 0 && n < (ssize_t)size)
		errno = ENOSPC; /* what a short write means; it sets none */
	return err_set(err, "write to " OPEN_DIR " in the spool: %m");
}

static void remove_quietly(int dir_fd, const char *name)
{
	int saved = errno;

	open_remove(dir_fd, name, NULL);
	errno = saved;
}

/* Returns 1 when this process holds the file, locked, and nobody gave it
 * another name; 0 when somebody else was quicker; -1 with err. */
static int claim(int dir_fd, int fd, const char *name, const struct stat *st,
		 struct err *err)
{
	int r = spool_flock(fd, LOCK_EX | LOCK_NB, err);

	if (r <= 0)
		return r;
	return spool_file_is(dir_fd, name, st);
}

static void spare_name(unsigned i, char *ret)
{
	snprintf(ret, OPEN_NAME_SIZE, OPEN_SPARE "%u", i);
}

/* A file that an ended step left for the next one; -1: there is none.  None
 * that somebody made large: to cut it would take its time. */
static int take_spare(int dir_fd, char *ret_name, struct stat *ret)
{
	for (unsigned i = 0; i < OPEN_SPARES; i++) {
		_cleanup_unlock_ int fd = -1;

		spare_name(i, ret_name);
		fd = spool_file_open(dir_fd, ret_name, O_RDWR, ret, NULL);
		if (fd >= 0 && ret->st_size <= SPARE_SIZE_MAX &&
		    claim(dir_fd, fd, ret_name, ret, NULL) == 1)
			return take_fd(&fd);
	}
	return -1;
}

/* A new file; its name may be taken by what a dead step left. */
static int make_new(int dir_fd, const char *name, struct stat *ret,
		    struct err *err)
{
	_cleanup_unlock_ int fd = -1;
	int r;

	for (int i = 0; i < MAKE_TRIES && fd < 0; i++) {
		fd = spool_file_open(dir_fd, name, O_RDWR | O_CREAT | O_EXCL,
				     ret, err);
		if (fd < 0)
			remove_quietly(dir_fd, name);
		if (fd < 0 && errno != EEXIST)
			return -1;
	}
	r = fd < 0 ? -1 : claim(dir_fd, fd, name, ret, err);
	if (r == 0) {
		errno = EBUSY;
		err_set(err, "another process took a new record in " OPEN_DIR);
	}
	return r == 1 ? take_fd(&fd) : -1;
}

/* Under a hidden name of this process: another component of a heterogeneous
 * step may be making a record of the same name just now. */
static int make_file(int dir_fd, const char *name, char *ret_hidden,
		     struct stat *ret, struct err *err)
{
	int fd = take_spare(dir_fd, ret_hidden, ret);

	if (fd >= 0)
		return fd;
	snprintf(ret_hidden, HIDDEN_SIZE, ".%s.%d", name, (int)getpid());
	return make_new(dir_fd, ret_hidden, ret, err);
}

/* Gives the file, which is whole and locked, the name that readers know. */
static int show(int dir_fd, int fd, const char *hidden, const char *name,
		bool sync, struct err *err)
{
	if (sync && fdatasync(fd) < 0)
		return err_set(err, "sync a record in " OPEN_DIR ": %m");
	if (renameat(dir_fd, hidden, dir_fd, name) < 0)
		return err_set(err, "rename a record in " OPEN_DIR ": %m");
	if (sync)
		fsync(dir_fd); /* whole in any case, if it is there */
	return 0;
}

static int check_arguments(int spool_fd, const char *name, size_t len,
			   struct err *err)
{
	errno = EINVAL;
	if (spool_fd < 0 || !*name || *name == '.' || strchr(name, '/') ||
	    strlen(name) >= OPEN_NAME_SIZE)
		return err_set(err, "a record for " OPEN_DIR ": %m");
	errno = EMSGSIZE;
	if (len > SPOOL_PAYLOAD_MAX - BOOT_ID_SIZE)
		return err_set(
			err, "a record of %zu bytes is too large for " OPEN_DIR,
			len);
	return 0;
}

int open_record_make(int spool_fd, const char *name, bool sync, uint32_t job_id,
		     const void *span, size_t len, struct open_record *ret,
		     struct err *err)
{
	_cleanup_close_ int dir_fd = -1;
	_cleanup_unlock_ int fd = -1;
	char hidden[HIDDEN_SIZE];
	struct stat st;

	if (check_arguments(spool_fd, name, len, err) < 0)
		return -1;
	dir_fd = open_dir(spool_fd, err);
	if (dir_fd < 0)
		return -1;
	fd = make_file(dir_fd, name, hidden, &st, err);
	if (fd < 0)
		return -1;
	if (write_record(fd, &st, job_id, span, len, err) < 0 ||
	    show(dir_fd, fd, hidden, name, sync, err) < 0) {
		remove_quietly(dir_fd, hidden);
		return -1;
	}
	snprintf(ret->name, sizeof(ret->name), "%s", name);
	ret->touched_s = clock_unix_ns() / NS_PER_SECOND;
	ret->fd = take_fd(&fd);
	ret->dir_fd = take_fd(&dir_fd);
	ret->made = true;
	return 0;
}

void open_record_touch(struct open_record *record)
{
	struct timespec now;

	if (!record->made)
		return;
	/* some nanoseconds, against the microsecond of a system call */
	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	if ((uint64_t)now.tv_sec == record->touched_s)
		return;
	record->touched_s = (uint64_t)now.tv_sec;
	futimens(record->fd, NULL);
}

/* Leaves the file to the next step: to make one costs several times as much,
 * more so on ext4, which passes over what was freed in the last minutes. */
static void keep_spare(const struct open_record *record)
{
	char spare[OPEN_NAME_SIZE];
	int r = -1;

	for (unsigned i = 0; i < OPEN_SPARES && r < 0; i++) {
		spare_name(i, spare);
		r = linkat(record->dir_fd, record->name, record->dir_fd, spare,
			   0);
		if (r < 0 && errno != EEXIST)
			return;
	}
}

void open_record_remove(struct open_record *record)
{
	struct stat st;

	if (!record->made)
		return;
	/* another component of a heterogeneous step may have taken the name */
	if (fstat(record->fd, &st) == 0 &&
	    spool_file_is(record->dir_fd, record->name, &st)) {
		if (st.st_size <= SPARE_SIZE_MAX)
			keep_spare(record);
		unlinkat(record->dir_fd, record->name, 0);
	}
	spool_unlock_close(&record->fd);
	close(record->dir_fd);
	record->made = false;
}
