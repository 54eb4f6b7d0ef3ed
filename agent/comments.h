/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Jobs whose comment is to show their trace id: found in the spool by a reader
 * of its own, so that a dead receiver does not hold them up, and handed one at
 * a time to a helper program, so that the agent needs no Slurm library.
 *
 * They wait in memory, COMMENTS_MAX at most.  An agent that dies while the
 * span reader's cursor is past them has forgotten them; the job's comment is
 * then set at its end, by the job completion plugin.
 */
#ifndef OTEL_AGENT_COMMENTS_H
#define OTEL_AGENT_COMMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "util/err.h"

#define COMMENTS_MAX 1024
/* A comment that could not be set for this long is given up. */
#define COMMENT_PATIENCE_MS (10 * 60 * UINT64_C(1000))

struct comments;

/* helper is the program's path; it and spool_fd are borrowed.  Returns NULL
 * with err. */
struct comments *comments_create(int spool_fd, const char *helper,
				 struct err *err);
/* Kills the helper; forgets what waits. */
void comments_destroy(struct comments *comments);
/* config is borrowed, and replaced by the next call. */
void comments_aim(struct comments *comments, const struct config *config);

/* The spool may hold something new: look when `delay` has passed. */
void comments_notice(struct comments *comments, uint64_t now, uint64_t delay);

/*
 * Looks into the spool, starts the helper, looks after it.  With once, every
 * comment is tried a single time.  Returns the clock_ms at which to call
 * again, if no SIGCHLD comes first.
 */
uint64_t comments_step(struct comments *comments, uint64_t now, bool once);

/* None waits, none is being set, and nothing is to be read. */
bool comments_idle(const struct comments *comments);
/* How many were given up. */
uint64_t comments_failed(const struct comments *comments);

#endif
