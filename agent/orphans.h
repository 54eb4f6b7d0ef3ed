/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Steps that ended without a word: their slurmstepd was killed, or their node
 * went down.  What they left in open/ (spool/open.h) is closed as lost and
 * appended to the spool, where the pipeline finds it like any other span.
 *
 * Nothing is done by the clock: open/ is looked at when the agent starts, at
 * SIGHUP, and when the kernel tells of a death.
 */
#ifndef OTEL_AGENT_ORPHANS_H
#define OTEL_AGENT_ORPHANS_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "spool/open.h"
#include "util/err.h"

struct orphans;

/* Opens open/ of the spool, whose descriptor is borrowed.  Where that can not
 * be, it is logged, and nothing is ever found.  NULL with err: no memory. */
struct orphans *orphans_create(int spool_fd, struct err *err);
/* NULL is fine; keeps errno. */
void orphans_destroy(struct orphans *orphans);
/* The directory to watch, borrowed; -1: none. */
int orphans_directory(const struct orphans *orphans);

/* config is borrowed, and replaced by the next call.  Plans a look. */
void orphans_aim(struct orphans *orphans, const struct config *config);

/* A process that held a record died just now: plans a look. */
void orphans_notice(struct orphans *orphans, uint64_t now);

/* Looks, when it is time to.  Never waits.  Returns the clock_ms at which to
 * call again: now when there is more to do at once, TIME_NEVER when there is
 * nothing to do until a notice. */
uint64_t orphans_step(struct orphans *orphans, uint64_t now);

/* How many were closed, and how many records were removed because they could
 * not be read, since the start. */
uint64_t orphans_closed(const struct orphans *orphans);
uint64_t orphans_damaged(const struct orphans *orphans);

/* ---- when it ended: pure, for the tests -------------------------------- */

/* What is known of a death; all are Unix ns, 0: not known. */
struct orphan_times {
	bool other_boot;     /* the step began before this boot of the node */
	uint64_t touched_ns; /* it lived then, for sure */
	uint64_t alive_ns;   /* an agent was at work then, and it lived */
	uint64_t seen_ns;    /* it died while we watched, then */
	uint64_t boot_ns;    /* the node came up */
	uint64_t now_ns;
};

uint64_t orphan_end(const struct orphan_times *times);

#endif
