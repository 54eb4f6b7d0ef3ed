/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files behind job_file.h share. */
#ifndef OTEL_SPANK_JOB_FILE_PRIVATE_H
#define OTEL_SPANK_JOB_FILE_PRIVATE_H

#include "spank/job_file.h"
#include "util/buf.h"

#define JOB_FILE_NAME_SIZE 16
#define JOB_FILE_MAX 16384 /* context + tracestate + baggage and to spare */
#define JOB_STATE_LEN 74   /* of the state at the head of a file */

/* The directory of the files.  Returns a descriptor, or -1 with err; errno is
 * ENOENT when there is none. */
int job_files_open(int spool_fd, bool make, struct err *err);

void job_file_name(uint32_t job_id, char ret[JOB_FILE_NAME_SIZE]);

/* Opens one that is there, and refuses what we did not write.  flags: O_RDONLY
 * or O_RDWR.  Returns a descriptor, or -1 with err; errno is ENOENT when there
 * is none. */
int job_file_open(int dir, const char *name, int flags, struct err *err);

/* The whole of it.  Returns 0, or -1 with err. */
int job_file_load(int fd, const char *name, struct job_file *ret,
		  struct err *err);

/* JOB_STATE_LEN bytes whatever it holds, so that it is changed in place. */
void job_state_format(const struct job_state *state, struct buf *out);
/* text: at least JOB_STATE_LEN bytes.  Returns 0 or -1. */
int job_state_parse(const char *text, struct job_state *ret);

#endif
