/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that configuration names and that must be there, or be secret. */
#ifndef OTEL_OTLP_PRIVATE_FILE_H
#define OTEL_OTLP_PRIVATE_FILE_H

#include <sys/types.h>

#include "util/buf.h"
#include "util/err.h"

/*
 * Opens path for reading: a regular file.  With a forbidden mask other than 0
 * it must also be no symbolic link, be owned by us or root, and have none of
 * those mode bits.  what names the configuration key in err.  Returns a
 * descriptor, or -1 with err.
 */
int private_file_open(const char *path, mode_t forbidden, const char *what,
		      struct err *err);

/* Opens as above with forbidden 077 and reads at most max bytes into ret, NUL
 * added.  Returns -1 with err, also when the file is longer. */
int private_file_read(const char *path, size_t max, const char *what,
		      struct buf *ret, struct err *err);

#endif
