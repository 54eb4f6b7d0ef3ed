/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state at the head of a job file, of one length whatever it holds; see
 * job_file.h.  A crash between lock and write leaves it as it was: it is one
 * write of a few bytes.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>

#include "spank/job_file_private.h"
#include "util/cleanup.h"

#define KINDS "?-+" /* by enum job_kind */
#define LOCK_TRIES 2000

void job_state_format(const struct job_state *state, struct buf *out)
{
	buf_printf(out,
		   "setup=%c\nspans=%010" PRIu32 "\ndropped=%010" PRIu32 "\n",
		   state->setup ? '1' : '0', state->spans, state->dropped);
	buf_printf(out, "array=%c:%010" PRIu32 ":%010" PRIu32 "\n",
		   KINDS[state->kind], state->array_job_id,
		   state->array_task_id);
}

/* Each of these takes its part off *at; they are used on each step's path. */
static bool take_text(const char **at, const char *text)
{
	size_t len = strlen(text);

	if (strncmp(*at, text, len) != 0)
		return false;
	*at += len;
	return true;
}

static bool take_number(const char **at, uint32_t *ret)
{
	uint64_t value = 0;

	for (int i = 0; i < 10; i++, ++*at) {
		if (**at < '0' || **at > '9')
			return false;
		value = 10 * value + (uint64_t)(**at - '0');
	}
	*ret = (uint32_t)value;
	return value <= UINT32_MAX;
}

static bool take_one_of(const char **at, const char *set, unsigned int *ret)
{
	const char *found = **at ? strchr(set, **at) : NULL;

	if (!found)
		return false;
	*ret = (unsigned int)(found - set);
	++*at;
	return true;
}

int job_state_parse(const char *text, struct job_state *ret)
{
	char copy[JOB_STATE_LEN + 1];
	const char *at = copy;
	unsigned int setup, kind;
	struct job_state state;

	memcpy(copy, text, JOB_STATE_LEN);
	copy[JOB_STATE_LEN] = '\0';
	if (!take_text(&at, "setup=") || !take_one_of(&at, "01", &setup) ||
	    !take_text(&at, "\nspans=") || !take_number(&at, &state.spans) ||
	    !take_text(&at, "\ndropped=") ||
	    !take_number(&at, &state.dropped) || !take_text(&at, "\narray=") ||
	    !take_one_of(&at, KINDS, &kind) || !take_text(&at, ":") ||
	    !take_number(&at, &state.array_job_id) || !take_text(&at, ":") ||
	    !take_number(&at, &state.array_task_id) || !take_text(&at, "\n"))
		return -1;
	state.setup = setup;
	state.kind = (enum job_kind)kind;
	*ret = state;
	return 0;
}

static int lock(int fd, const char *name, struct err *err)
{
	for (int i = 0; i < LOCK_TRIES; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return 0;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_set(err, "lock job file %s: %m", name);
		sched_yield();
	}
	errno = EBUSY;
	return err_set(err, "job file %s stays locked by another step", name);
}

static int change_locked(int fd, const char *name,
			 void (*change)(struct job_state *state, void *arg),
			 void *arg, struct err *err)
{
	_cleanup_buf_ struct buf out = BUF_INIT;
	struct job_state state;
	char text[JOB_STATE_LEN];

	if (pread(fd, text, sizeof(text), 0) != JOB_STATE_LEN ||
	    job_state_parse(text, &state) < 0)
		return err_set(err, "job file %s holds no state", name);
	change(&state, arg);
	job_state_format(&state, &out);
	if (out.failed || out.len != JOB_STATE_LEN)
		return err_set(err, "out of memory");
	if (pwrite(fd, out.data, out.len, 0) != (ssize_t)out.len)
		return err_set(err, "write job file %s: %m", name);
	return 1;
}

int job_file_change(int spool_fd, uint32_t job_id,
		    void (*change)(struct job_state *state, void *arg),
		    void *arg, struct err *err)
{
	_cleanup_close_ int dir = job_files_open(spool_fd, false, err);
	_cleanup_close_ int fd = -1;
	char name[JOB_FILE_NAME_SIZE];

	if (dir < 0)
		return errno == ENOENT ? 0 : -1;
	job_file_name(job_id, name);
	fd = job_file_open(dir, name, O_RDWR, err);
	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	if (lock(fd, name, err) < 0)
		return -1;
	return change_locked(fd, name, change, arg, err);
}
