/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was lost, by reason: the file `dropped`.  Of fixed size and changed in
 * place by one write below a page, under its own lock: no crash of a process
 * leaves half of it, and a full disk can not refuse it.
 */
#ifndef OTEL_SPOOL_COUNTS_H
#define OTEL_SPOOL_COUNTS_H

#include <stdint.h>

#include "util/err.h"

struct spool_counts {
	uint64_t dropped_records;
	uint64_t dropped_bytes;
	uint64_t torn_bytes;
	uint64_t torn_runs;
	uint64_t failed_records;
	/*
	 * The segment whose loss is counted and which is about to be removed;
	 * 0: none.  Whoever meets it removes it: it must be neither delivered
	 * nor counted again.
	 */
	uint64_t condemned;
};

/* Makes the file when it is missing, while the disk has room for it. */
int spool_counts_prepare(int dirfd, struct err *err);

/* Reads them; zeros when there is no file or it is damaged.  Without lock. */
int spool_counts_read(int dirfd, struct spool_counts *ret, struct err *err);

/* Adds; more->condemned replaces, under the lock of rotate.h.  Returns -1 with
 * err when the file can not be changed or its lock not be had at once. */
int spool_counts_add(int dirfd, const struct spool_counts *more,
		     struct err *err);
int spool_counts_condemn(int dirfd, const struct spool_counts *more,
			 struct err *err);

#endif
