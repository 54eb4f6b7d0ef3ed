/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the spans of a job go on this node, by the fate of its trace. */
#ifndef OTEL_SPANK_SINK_H
#define OTEL_SPANK_SINK_H

#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "host/fate.h"
#include "span/span.h"
#include "util/err.h"

/*
 * Writes any number of spans of one job to where their fate takes them; spool
 * is the node's spool directory.  A NULL among them stands for one that found
 * no memory.  The caller destroys them.  Microseconds, never waits.  Returns
 * 0, or -1 with err: some of them are lost.
 */
int sink_write(const struct config *config, int spool, enum trace_fate fate,
	       uint32_t job_id, struct span *const *spans, size_t n,
	       struct err *err);

#endif
