/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The job's context on a node, from prolog to epilog: what a step finds when
 * its environment was stripped, and what no user can change.  One small file
 * a job, jobs/<job id> in the node's spool directory, readable by root only.
 */
#ifndef OTEL_SPANK_JOB_FILE_H
#define OTEL_SPANK_JOB_FILE_H

#include <stdint.h>

#include "trace/job_context.h"
#include "util/err.h"

#define CLUSTER_NAME_MAX 255

struct job_file {
	struct job_context context; /* as submitted: an array's is shared */
	char cluster[CLUSTER_NAME_MAX + 1];
	uint32_t restart;
	uint64_t prolog_ns; /* Unix time of the prolog */
};

/*
 * Writes the file of a job, over one of an earlier attempt.  spool_fd is the
 * node's spool directory.  Returns 0, or -1 with err.
 */
int job_file_write(int spool_fd, uint32_t job_id, const struct job_file *file,
		   struct err *err);

/*
 * Reads it.  Refuses what is not a regular file of ours with one link, in a
 * directory of ours.  Returns 1 and *ret, 0 when there is none, -1 with err.
 */
int job_file_read(int spool_fd, uint32_t job_id, struct job_file *ret,
		  struct err *err);

/* Removes it; one that is not there is fine. */
int job_file_remove(int spool_fd, uint32_t job_id, struct err *err);

#endif
