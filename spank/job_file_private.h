/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files behind job_file.h share. */
#ifndef OTEL_SPANK_JOB_FILE_PRIVATE_H
#define OTEL_SPANK_JOB_FILE_PRIVATE_H

#include "spank/job_file.h"

/* The directory of the files.  Returns a descriptor, or -1 with err; errno is
 * ENOENT when there is none. */
int job_files_open(int spool_fd, bool make, struct err *err);

#endif
