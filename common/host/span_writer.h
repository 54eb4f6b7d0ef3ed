/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From span values to a daemon's spool: what every hook does at its end. */
#ifndef OTEL_HOST_SPAN_WRITER_H
#define OTEL_HOST_SPAN_WRITER_H

#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "span/span.h"
#include "spool/spool.h"
#include "util/err.h"

/* How the configuration wants a spool written. */
struct spool_options spool_options_of(const struct config *config);

/*
 * Encodes n spans (SPOOL_APPEND_MAX at most) of one job and appends them with
 * one write.  A NULL among them stands for one that found no memory: nothing
 * is written then.  Microseconds, never waits.  Returns 0, or -1 with err.
 */
int spans_write(const struct config *config, int spool_fd, uint32_t job_id,
		struct span *const *spans, size_t n, struct err *err);

/*
 * The same for a job that is traced only if it fails: they are held (hold.h)
 * until its epilog.  Where nobody is to decide about them any more, those whose
 * status is Error are appended to the spool, and the others dropped.
 */
int spans_hold(const struct config *config, int spool_fd, uint32_t job_id,
	       struct span *const *spans, size_t n, struct err *err);

/* Destroys all of them; NULLs among them are fine. */
void spans_destroy(struct span **spans, size_t n);

#endif
