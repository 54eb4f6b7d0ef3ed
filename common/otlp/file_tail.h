/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The end of a file of JSON lines, put right after a write was cut off. */
#ifndef OTEL_OTLP_FILE_TAIL_H
#define OTEL_OTLP_FILE_TAIL_H

#include "util/err.h"

/*
 * Makes the file end at the end of a line.  What follows the last newline is
 * cut away when it is the beginning of a line of ours: its spans were never
 * counted as delivered.  Anything else is not ours to delete and gets its
 * newline.  The caller holds the file's exclusive lock.  Returns -1 with err.
 */
int file_tail_repair(int fd, struct err *err);

#endif
