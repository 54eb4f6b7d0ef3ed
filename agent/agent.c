/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes and unmakes the agent; see agent.h.  Its work is in loop.c. */
#include "agent.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "clock.h"
#include "host/privileges.h"
#include "log.h"
#include "pidfile.h"
#include "spool/spool.h"
#include "util/cleanup.h"

/* As root the directory is made for the agent's user, then we become it. */
static int enter_spool(struct agent *agent, struct err *err)
{
	struct agent_user user;
	bool ignored;

	agent->failure = EX_CONFIG;
	if (agent_user_find(agent->config, &user, &ignored, err) < 0)
		return -1;
	agent->failure = EXIT_FAILURE;
	if (ignored)
		log_say(LOG_LEVEL_WARNING,
			"AgentUser=%s is not heeded: the agent was not started "
			"by root",
			agent->config->agent_user);
	agent->spool_fd = spool_open_dir(agent->options->spool, true, user.uid,
					 user.gid, err);
	if (agent->spool_fd < 0)
		return -1;
	log_spool(agent->options->spool, agent->spool_fd);
	log_give(user.uid, user.gid);
	if (privileges_drop(&user, err) < 0)
		return -1;
	return privileges_harden(err);
}

static int make_parts(struct agent *agent, struct err *err)
{
	if (events_create(agent->options->spool, agent->spool_fd,
			  &agent->events, err) < 0 ||
	    identity_fill(agent->options, agent->spool_fd, &agent->identity,
			  err) < 0)
		return -1;
	agent->resource =
		resource_create(agent->config, agent->identity.cluster,
				agent->identity.instance, err);
	if (!agent->resource)
		return -1;
	agent->failure = EX_CONFIG;
	agent->endpoints = endpoints_create(agent->config, err);
	if (!agent->endpoints)
		return -1;
	agent->failure = EXIT_FAILURE;
	agent->comments = comments_create(agent->options->comment_helper, err);
	if (!agent->comments)
		return -1;
	agent->metrics =
		metrics_create(agent->options->spool, agent->spool_fd, err);
	if (!agent->metrics)
		return -1;
	agent->orphans = orphans_create(agent->spool_fd, err);
	if (!agent->orphans)
		return -1;
	events_watch_open(&agent->events, orphans_directory(agent->orphans));
	agent->pipeline = pipeline_create(
		agent->options->spool, agent->spool_fd, agent->comments, err);
	if (!agent->pipeline)
		return -1;
	agent->behind =
		behind_create(agent->options->spool, agent->spool_fd, err);
	return agent->behind ? 0 : -1;
}

int agent_create(struct agent *agent, const struct options *options,
		 struct config *config, bool *ret_held, struct err *err)
{
	struct err trouble;

	memset(agent, 0, sizeof(*agent));
	agent->options = options;
	agent->config = config;
	agent->spool_fd = agent->lock_fd = -1;
	agent->events.inotify_fd = agent->events.signal_fd = -1;
	agent->events.open_fd = -1;
	agent->deadline = TIME_NEVER;
	*ret_held = false;
	if (enter_spool(agent, err) < 0)
		return -1;
	agent->lock_fd = spool_lock(agent->spool_fd, ret_held, err);
	if (agent->lock_fd < 0)
		return -1;
	if (pidfile_write(agent->spool_fd, &trouble) < 0)
		log_say(LOG_LEVEL_WARNING, "%s", trouble.msg);
	return make_parts(agent, err);
}

void agent_destroy(struct agent *agent)
{
	pipeline_destroy(agent->pipeline);
	behind_destroy(agent->behind);
	metrics_end(agent->metrics);
	metrics_destroy(agent->metrics);
	orphans_destroy(agent->orphans);
	comments_destroy(agent->comments);
	endpoints_destroy(agent->endpoints);
	resource_destroy(agent->resource);
	identity_clear(&agent->identity);
	events_destroy(&agent->events);
	/* while the lock is ours, so that it is no successor's */
	if (agent->lock_fd >= 0)
		pidfile_remove(agent->spool_fd);
	cleanup_closep(&agent->lock_fd);
	log_spool(agent->options->spool, -1);
	cleanup_closep(&agent->spool_fd);
	config_destroy(agent->config);
}
