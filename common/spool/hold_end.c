/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ends the holding of a job's spans; see hold.h. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "spool/counts.h"
#include "spool/file.h"
#include "spool/hold.h"
#include "spool/hold_private.h"
#include "spool/scan.h"
#include "util/cleanup.h"
#include "util/clock.h"

/* A writer holds the lock for microseconds; one that was stopped, for ever. */
#define LOCK_TRIES 1000
#define LOCK_PAUSE_NS (NS_PER_SECOND / 1000)

void hold_say_lost(const struct holding *holding, uint64_t spans)
{
	const struct spool_counts counts = { .dropped_records = spans };

	holding->result->lost += spans;
	if (spans)
		spool_counts_add(holding->spool_fd, &counts, NULL);
}

int hold_remove(int dir, const char *name, struct err *err)
{
	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return 0;
	return err_set(err, "remove " HOLD_DIR "/%s in the spool: %m", name);
}

/* ---- one file ---------------------------------------------------------- */

/* Returns 1, 0 when another has it, or -1 with err. */
static int lock(int fd, int tries, struct err *err)
{
	const struct timespec pause = { 0, LOCK_PAUSE_NS };

	for (int i = 1;; i++) {
		int r = spool_flock(fd, LOCK_EX | LOCK_NB, err);

		if (r || i >= tries)
			return r;
		nanosleep(&pause, NULL);
	}
}

int hold_take(int dir, const char *name, int tries, uint64_t *ret_size,
	      bool *ret_gone, struct err *err)
{
	struct stat st;
	_cleanup_unlock_ int fd = hold_open_file(dir, name, O_RDWR, &st, err);
	int r;

	*ret_gone = fd < 0 && errno == ENOENT;
	if (fd < 0)
		return -1;
	r = lock(fd, tries, err);
	if (r < 0)
		return -1;
	if (r == 0) {
		errno = EBUSY;
		return err_set(err, HOLD_DIR "/%s in the spool stays locked",
			       name);
	}
	*ret_gone = !spool_file_is(dir, name, &st);
	if (*ret_gone || fstat(fd, &st) < 0)
		return err_set(err, "look at " HOLD_DIR "/%s in the spool: %m",
			       name);
	*ret_size = (uint64_t)st.st_size;
	return take_fd(&fd);
}

/* Returns 1, 0 or -1 with err. */
static int tells_of_failure(int fd, uint64_t size, struct err *err)
{
	struct spool_scan scan = SPOOL_SCAN_INIT;
	struct spool_header header;
	const uint8_t *payload;
	bool error = false;
	long running = 0;
	int r;

	spool_scan_start(&scan, fd, size);
	while ((r = spool_scan_next(&scan, &header, &payload, err)) == 1) {
		error |= header.kind == SPOOL_HOLD_ERROR;
		running += header.kind == SPOOL_HOLD_BEGIN;
		running -= header.kind == SPOOL_HOLD_END;
	}
	spool_scan_free(&scan);
	return r < 0 ? -1 : error || running > 0;
}

static int append_all(const struct holding *holding, struct spool_scan *scan,
		      uint64_t *lost, struct err *err)
{
	const struct spool_options options = {
		.max_size = holding->options->max_size,
		.kept = true,
	};
	struct spool_header header;
	const uint8_t *payload;
	int r;

	while ((r = spool_scan_next(scan, &header, &payload, err)) == 1) {
		if (header.kind == SPOOL_HOLD_LOST)
			++*lost;
		if (header.kind != SPOOL_SPAN &&
		    header.kind != SPOOL_HOLD_ERROR &&
		    header.kind != SPOOL_HOLD_ROOT)
			continue;
		if (spool_append(holding->spool_fd, &options, SPOOL_SPAN,
				 header.job_id, payload, header.len, err) < 0)
			return -1;
		holding->result->released++;
	}
	return r;
}

int hold_release(const struct holding *holding, const char *name, int fd,
		 uint64_t size, struct err *err)
{
	struct spool_scan scan = SPOOL_SCAN_INIT;
	uint64_t lost = 0, last;
	int r;

	spool_scan_start(&scan, fd, size);
	r = append_all(holding, &scan, &lost, err);
	spool_scan_free(&scan);
	if (r == 0 && holding->options->sync)
		r = spool_sync(holding->spool_fd, 0, &last, err);
	if (r < 0)
		return -1;
	hold_say_lost(holding, lost);
	return hold_remove(holding->dir, name, err);
}

/* Under its lock: from here on a crash leaves what hold_sweep goes on with. */
static int begin_release(const struct holding *holding, const char *name,
			 int fd, uint64_t size, struct err *err)
{
	char released[NAME_MAX];
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_set(err, "look at " HOLD_DIR "/%s in the spool: %m",
			       name);
	snprintf(released, sizeof(released), HOLD_RELEASING "%s.%ju", name,
		 (uintmax_t)st.st_ino);
	if (renameat(holding->dir, name, holding->dir, released) < 0)
		return err_set(err, "rename " HOLD_DIR "/%s in the spool: %m",
			       name);
	return hold_release(holding, released, fd, size, err);
}

int hold_end_file(const struct holding *holding, const char *name,
		  enum hold_decision decision, struct err *err)
{
	uint64_t size = 0;
	bool gone;
	_cleanup_unlock_ int fd =
		hold_take(holding->dir, name, LOCK_TRIES, &size, &gone, err);
	int keep = decision == HOLD_RELEASE;

	if (fd < 0)
		return gone ? 0 : -1;
	if (decision == HOLD_BY_SPANS)
		keep = tells_of_failure(fd, size, err);
	if (keep < 0)
		return -1;
	return keep ? begin_release(holding, name, fd, size, err)
		    : hold_remove(holding->dir, name, err);
}

int hold_end(int spool_fd, const struct spool_options *options, uint32_t job_id,
	     enum hold_decision decision, struct hold_result *ret,
	     struct err *err)
{
	_cleanup_close_ int dir = hold_open_dir(spool_fd, false, err);
	const struct holding holding = { spool_fd, dir, options, ret };
	char name[HOLD_NAME_SIZE];

	if (dir < 0)
		return errno == ENOENT ? 0 : -1;
	hold_name(job_id, name);
	return hold_end_file(&holding, name, decision, err);
}
