/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The agent of one spool: everything it holds, and its life. */
#ifndef OTEL_AGENT_AGENT_H
#define OTEL_AGENT_AGENT_H

#include <stdbool.h>
#include <stdint.h>

#include "behind.h"
#include "comments.h"
#include "endpoints.h"
#include "events.h"
#include "identity.h"
#include "metrics.h"
#include "options.h"
#include "orphans.h"
#include "otlp/resource.h"
#include "pipeline.h"
#include "util/err.h"

struct agent {
	const struct options *options;
	struct config *config; /* owned, as all below */
	int spool_fd, lock_fd;
	struct events events;
	struct identity identity;
	struct resource *resource;
	struct endpoints *endpoints;
	struct pipeline *pipeline;
	struct behind *behind; /* queues of endpoints that are behind */
	struct comments *comments;
	struct metrics *metrics;
	struct orphans *orphans;
	int failure;              /* exit status when it can not be made */
	struct happened happened; /* and not yet acted upon */
	uint64_t deadline; /* clock_ms by which to end; TIME_NEVER: run */
	uint64_t trim_at;  /* clock_ms at which to give memory back next */
};

/*
 * Makes the agent: opens the spool, becomes the agent's user, takes the lock,
 * sets up the exporters.  Takes config over, on failure too.  Returns 0, or -1
 * with err, *ret_held telling that another agent holds the spool.
 * agent_destroy is to be called either way.
 */
int agent_create(struct agent *agent, const struct options *options,
		 struct config *config, bool *ret_held, struct err *err);
void agent_destroy(struct agent *agent);

/* Works until it is told to end, or with --once until the spool is empty.
 * Returns the exit status. */
int agent_run(struct agent *agent);

/*
 * Reads the configuration, for the start and for SIGHUP: what plugstack.conf
 * says, as slurmd left it in the spool, over the file, which is that of
 * --config, of the argument Config=, or the one beside slurm.conf.  spool_fd
 * -1: the directory is opened by its path.  Returns -1 with err.
 */
int agent_load_config(const struct options *options, int spool_fd,
		      struct config **ret, struct err *err);

#endif
