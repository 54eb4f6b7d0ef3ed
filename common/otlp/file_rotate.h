/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets a file of JSON lines aside as PATH.1, PATH.2, ..., the newest first. */
#ifndef OTEL_OTLP_FILE_ROTATE_H
#define OTEL_OTLP_FILE_ROTATE_H

#include <stdint.h>

#include "util/err.h"

/*
 * Renames path to path.1, and before that path.1 to path.2 and so on; what was
 * path.<count> is replaced.  The caller holds the exclusive lock of the file
 * at path and has seen that it is there: so nobody else rotates meanwhile, and
 * whoever waits for the lock finds afterwards that path is another file.
 *
 * Nothing but renames: after a kill at any point every file has one name, and
 * the gap that may be left among the numbers is closed by the next rotation,
 * which moves no file beyond the first number that is free.  Returns 0, or -1
 * with err; path may then be where it was, and no file was lost.  The names
 * are made durable by whoever makes path anew and syncs its directory.
 */
int file_rotate(const char *path, uint64_t count, struct err *err);

#endif
