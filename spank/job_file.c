/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes and reads jobs/<job id>; see job_file.h. */
#include "spank/job_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "spank/job_file_private.h"
#include "util/cleanup.h"
#include "util/hex.h"

#define DIRECTORY "jobs"

/* The spool directory belongs to the agent's user, this one to us. */
int job_files_open(int spool_fd, bool make, struct err *err)
{
	_cleanup_close_ int fd = -1;
	struct stat st;

	if (make && mkdirat(spool_fd, DIRECTORY, 0700) < 0 && errno != EEXIST)
		return err_set(err, "make the directory " DIRECTORY
				    " in the spool: %m");
	fd = openat(spool_fd, DIRECTORY,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_set(err, "open " DIRECTORY " in the spool: %m");
	if (fstat(fd, &st) < 0)
		return err_set(err, "stat " DIRECTORY " in the spool: %m");
	if (st.st_uid != geteuid() || (st.st_mode & 022)) {
		errno = EPERM;
		return err_set(
			err,
			DIRECTORY
			" in the spool is not ours alone: owner %u, mode %o",
			(unsigned)st.st_uid, (unsigned)(st.st_mode & 07777));
	}
	return take_fd(&fd);
}

void job_file_name(uint32_t job_id, char ret[JOB_FILE_NAME_SIZE])
{
	snprintf(ret, JOB_FILE_NAME_SIZE, "%" PRIu32, job_id);
}

static void format(const struct job_file *file, struct buf *out)
{
	char context[JOB_CONTEXT_LEN_MAX + 1], boot[2 * BOOT_ID_SIZE + 1];

	job_state_format(&file->state, out);
	job_context_format(&file->context, context);
	hex_encode(file->boot_id, BOOT_ID_SIZE, boot);
	buf_printf(out,
		   "context=%s\ncluster=%s\nrestart=%" PRIu32
		   "\nprolog=%" PRIu64 "\n",
		   context, file->cluster, file->restart, file->prolog_ns);
	buf_printf(out, "partition=%s\nuid=%" PRIu32 "\nboot=%s\n",
		   file->partition, file->uid, boot);
	buf_printf(out, "sluid=%s\n", file->sluid);
	buf_printf(out, "tracestate=%s\nbaggage=%s\n", file->context.tracestate,
		   file->context.baggage);
	if (file->by_extern)
		buf_puts(out, "extern=1\n");
}

int job_file_write(int spool_fd, uint32_t job_id, const struct job_file *file,
		   struct err *err)
{
	_cleanup_close_ int dir = job_files_open(spool_fd, true, err);
	_cleanup_close_ int fd = -1;
	_cleanup_buf_ struct buf text = BUF_INIT;
	char name[JOB_FILE_NAME_SIZE];

	if (dir < 0)
		return -1;
	format(file, &text);
	if (text.failed)
		return err_set(err, "job file not written: out of memory");
	job_file_name(job_id, name);
	if (unlinkat(dir, name, 0) < 0 && errno != ENOENT)
		return err_set(err, "replace job file %s: %m", name);
	fd = openat(dir, name,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set(err, "make job file %s: %m", name);
	errno = ENOSPC; /* what a short write means */
	if (write(fd, text.data, text.len) == (ssize_t)text.len)
		return 0;
	err_set(err, "write job file %s: %m", name);
	unlinkat(dir, name, 0);
	return -1;
}

/* The value of one "key=value" line, cut out of text in place; "" when it is
 * not there. */
static const char *field(const char *text, const char *key)
{
	size_t len = strlen(key);

	for (const char *line = text; *line; line += strlen(line) + 1)
		if (!strncmp(line, key, len) && line[len] == '=')
			return line + len + 1;
	return "";
}

static int copy_field(const char *text, const char *key, char *ret, size_t size)
{
	const char *value = field(text, key);

	if (strlen(value) >= size)
		return -1;
	strcpy(ret, value);
	return 0;
}

/* text has a NUL for every newline, and one more at its end. */
static int parse(const char *text, struct job_file *ret)
{
	struct job_file file = { .uid = JOB_UID_UNKNOWN };
	const char *boot = field(text, "boot");
	const char *uid = field(text, "uid");
	const char *sluid = field(text, "sluid");

	if (job_context_load(field(text, "context"), field(text, "tracestate"),
			     field(text, "baggage"), &file.context) < 0 ||
	    copy_field(text, "cluster", file.cluster, sizeof(file.cluster)) ||
	    copy_field(text, "partition", file.partition,
		       sizeof(file.partition)))
		return -1;
	if (strlen(boot) == (size_t)2 * BOOT_ID_SIZE)
		hex_decode(boot, BOOT_ID_SIZE, file.boot_id);
	if (*uid)
		file.uid = (uint32_t)strtoul(uid, NULL, 10);
	if (sluid_is_valid(sluid))
		strcpy(file.sluid, sluid);
	file.restart = (uint32_t)strtoul(field(text, "restart"), NULL, 10);
	file.prolog_ns = strtoull(field(text, "prolog"), NULL, 10);
	file.by_extern = *field(text, "extern") == '1';
	*ret = file;
	return 0;
}

static int check(int fd, const char *name, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_set(err, "stat job file %s: %m", name);
	if (S_ISREG(st.st_mode) && st.st_nlink == 1 && st.st_uid == geteuid() &&
	    st.st_size <= JOB_FILE_MAX)
		return 0;
	errno = EPERM;
	return err_set(err, "job file %s is not one that we wrote: ignored",
		       name);
}

int job_file_open(int dir, const char *name, int flags, struct err *err)
{
	_cleanup_close_ int fd =
		openat(dir, name, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return err_set(err, "open job file %s: %m", name);
	return check(fd, name, err) < 0 ? -1 : take_fd(&fd);
}

int job_file_load(int fd, const char *name, struct job_file *ret,
		  struct err *err)
{
	char text[JOB_FILE_MAX + 2];
	struct job_state state = { 0 };
	ssize_t n = read(fd, text, JOB_FILE_MAX);

	if (n < 0)
		return err_set(err, "read job file %s: %m", name);
	/* one of an earlier version has no state */
	if (n >= JOB_STATE_LEN)
		job_state_parse(text, &state);
	for (ssize_t i = 0; i < n; i++)
		if (text[i] == '\n')
			text[i] = '\0';
	text[n] = text[n + 1] = '\0';
	if (parse(text, ret) < 0)
		return err_set(err, "job file %s is damaged: ignored", name);
	ret->state = state;
	return 0;
}

int job_file_read(int spool_fd, uint32_t job_id, struct job_file *ret,
		  struct err *err)
{
	_cleanup_close_ int dir = job_files_open(spool_fd, false, err);
	_cleanup_close_ int fd = -1;
	char name[JOB_FILE_NAME_SIZE];

	if (dir < 0)
		return errno == ENOENT ? 0 : -1;
	job_file_name(job_id, name);
	fd = job_file_open(dir, name, O_RDONLY, err);
	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	return job_file_load(fd, name, ret, err) < 0 ? -1 : 1;
}

int job_file_remove(int spool_fd, uint32_t job_id, struct err *err)
{
	_cleanup_close_ int dir = job_files_open(spool_fd, false, err);
	char name[JOB_FILE_NAME_SIZE];

	if (dir < 0)
		return errno == ENOENT ? 0 : -1;
	job_file_name(job_id, name);
	if (unlinkat(dir, name, 0) < 0 && errno != ENOENT)
		return err_set(err, "remove job file %s: %m", name);
	return 0;
}
