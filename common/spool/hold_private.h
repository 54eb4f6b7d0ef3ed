/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What hold.c and hold_end.c share: opening hold/ and what is in it. */
#ifndef OTEL_SPOOL_HOLD_PRIVATE_H
#define OTEL_SPOOL_HOLD_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "spool/open.h"
#include "util/err.h"

#define HOLD_NAME_SIZE 16
#define HOLD_HEAD_SIZE (BOOT_ID_SIZE + 4)

/* Opens hold/, and makes it.  Refuses one that is not ours alone.  Returns a
 * descriptor, or -1 with err, errno kept (ENOENT: there is none). */
int hold_open_dir(int spool_fd, bool make, struct err *err);

void hold_name(uint32_t job_id, char *ret);

/* Opens a file of ours with flags; refuses anything else.  Returns a
 * descriptor and *ret, or -1 with err, errno kept (ENOENT: there is none). */
int hold_open_file(int dir, const char *name, int flags, struct stat *ret,
		   struct err *err);

#endif
