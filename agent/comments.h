/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Jobs whose comment is to show their trace id: the pipeline finds them in the
 * spool, and a helper program sets them, one at a time, so that the agent needs
 * no Slurm library.
 *
 * They wait in memory, COMMENTS_MAX at most.  An agent that ends while the
 * spool's cursor is past them has forgotten them; the job's comment is then
 * set at its end, by the job completion plugin.
 */
#ifndef OTEL_AGENT_COMMENTS_H
#define OTEL_AGENT_COMMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "spool/spool.h"
#include "util/err.h"

#define COMMENTS_MAX 1024
/* A comment that could not be set for this long is given up. */
#define COMMENT_PATIENCE_MS (10 * 60 * UINT64_C(1000))

struct comments;

/* helper is the program's path, and borrowed.  Returns NULL with err. */
struct comments *comments_create(const char *helper, struct err *err);
/* Kills the helper; forgets what waits. */
void comments_destroy(struct comments *comments);
/* config is borrowed, and replaced by the next call. */
void comments_aim(struct comments *comments, const struct config *config);

/* Takes a record of kind SPOOL_COMMENT. */
void comments_take(struct comments *comments, const struct spool_record *record,
		   uint64_t now);

/*
 * Starts the helper, looks after it.  With once, every comment is tried a
 * single time.  Returns the clock_ms at which to call again, if no SIGCHLD
 * comes first.
 */
uint64_t comments_step(struct comments *comments, uint64_t now, bool once);

/* None waits and none is being set. */
bool comments_idle(const struct comments *comments);
/* How many were set, and how many were given up. */
uint64_t comments_set(const struct comments *comments);
uint64_t comments_failed(const struct comments *comments);

#endif
