/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `detail` in a node's spool directory: the detail of traces, raised on that
 * node for a while, by `slurm-otel detail` and without a restart.  Lines of
 * key=value:
 *
 *   until=<Unix s>        when it ends by itself
 *   level=node|task
 *   partition=<name>      conditions, each of which may be missing; all must
 *   uid=<number>          hold.  job is the id of a job or of an array.
 *   job=<number>
 *
 * Written under a temporary name and renamed, so that a hook reads the old one
 * or the new one.  Whoever replaces or removes it holds a flock on the one
 * that is there and has seen that it is still there: an expired file that a
 * hook removes is never the one that was just made.
 */
#ifndef OTEL_HOST_DETAIL_FILE_H
#define OTEL_HOST_DETAIL_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "util/err.h"

#define DETAIL_FILE "detail"
#define DETAIL_PARTITION_MAX 255

struct detail_file {
	uint64_t until_s;
	enum detail level;
	char partition[DETAIL_PARTITION_MAX + 1]; /* "": any */
	bool has_uid, has_job;
	uint32_t uid, job_id;
};

/* Who asks. */
struct detail_subject {
	uint32_t job_id, array_job_id; /* 0: of no array */
	uint32_t uid;                  /* UINT32_MAX: not known */
	const char *partition;         /* "": not known */
};

/*
 * Reads it.  Refuses what is not a regular file with one link that belongs to
 * root, to us or to the owner of the spool directory and that only its owner
 * can write.  Returns 1 and *ret, 0 when there is none, -1 with err.
 */
int detail_file_read(int spool_fd, struct detail_file *ret, struct err *err);

/* Does it speak of that job?  One that is not known meets no condition. */
bool detail_file_matches(const struct detail_file *file,
			 const struct detail_subject *subject);

/*
 * For hooks: the level that the file gives to a job at the time now_s;
 * DETAIL_STEP without a file, with one that can not be used, and with one that
 * has expired, which is removed.  Microseconds, never waits.
 */
enum detail detail_file_level(int spool_fd, uint64_t now_s,
			      const struct detail_subject *subject);

/*
 * Replaces it, and gives it to the owner of the spool directory when we are
 * root.  partition must hold no control character.  Returns 0, or -1 with err.
 */
int detail_file_write(int spool_fd, const struct detail_file *file,
		      struct err *err);

/* Returns 1 when it removed one, 0 when there was none, -1 with err. */
int detail_file_remove(int spool_fd, struct err *err);

#endif
