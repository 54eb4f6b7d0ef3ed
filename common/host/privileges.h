/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Becomes the agent's user, for good, before the network is touched: for the
 * agent, and for the command line tool where it does what the agent does. */
#ifndef OTEL_HOST_PRIVILEGES_H
#define OTEL_HOST_PRIVILEGES_H

#include <stdbool.h>
#include <sys/types.h>

#include "config/config.h"
#include "util/err.h"

/* Who the agent is to be. */
struct agent_user {
	uid_t uid;
	gid_t gid;
};

/*
 * Finds the user.  Started as another user than root there is no choice:
 * *ret is who we are, and *ret_ignored tells that AgentUser names somebody
 * else.  Returns -1 with err when AgentUser can not be found.
 */
int agent_user_find(const struct config *config, struct agent_user *ret,
		    bool *ret_ignored, struct err *err);

/*
 * Takes the user's identity: no supplementary groups, and verified that there
 * is no way back.  Does nothing when we are that user.  Returns -1 with err:
 * the process must then end.
 */
int privileges_drop(const struct agent_user *user, struct err *err);

/* Whoever we are, after the drop: no new privileges by exec, no core dumps
 * (spans and secret headers are in memory). */
int privileges_harden(struct err *err);

#endif
