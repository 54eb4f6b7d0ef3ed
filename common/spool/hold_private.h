/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of hold.h share: opening hold/, and ending what is in it. */
#ifndef OTEL_SPOOL_HOLD_PRIVATE_H
#define OTEL_SPOOL_HOLD_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "spool/hold.h"
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

/* ---- hold_end.c -------------------------------------------------------- */

/* How the name of a file begins that is being released. */
#define HOLD_RELEASING "release."

struct holding {
	int spool_fd, dir;
	const struct spool_options *options;
	struct hold_result *result; /* added to */
};

/* Counts them as lost, in the spool's `dropped` too. */
void hold_say_lost(const struct holding *holding, uint64_t spans);

int hold_remove(int dir, const char *name, struct err *err);

/* Opens and locks it, trying so many times, so that nobody appends any more.
 * Returns a descriptor and its final size, or -1: with *ret_gone, or err, errno
 * kept (EBUSY: it stays locked). */
int hold_take(int dir, const char *name, int tries, uint64_t *ret_size,
	      bool *ret_gone, struct err *err);

/* Appends what fd, a file taken under a name that no writer knows, holds to the
 * spool, and removes it. */
int hold_release(const struct holding *holding, const char *name, int fd,
		 uint64_t size, struct err *err);

/* Ends one file by that decision; waits for a writer. */
int hold_end_file(const struct holding *holding, const char *name,
		  enum hold_decision decision, struct err *err);

#endif
