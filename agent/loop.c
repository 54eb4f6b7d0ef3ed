/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The agent at work: one loop that waits, reads, sends, and obeys signals. */
#include "agent.h"

#include <inttypes.h>
#include <stdlib.h>

#include "clock.h"
#include "log.h"
#include "memory.h"

/* Memory is given back this often at most; the first time after the start. */
#define TRIM_PAUSE_MS 60000
#define TRIM_FIRST_MS 500

static bool ending(const struct agent *agent)
{
	return agent->deadline != TIME_NEVER;
}

static void begin_end(struct agent *agent)
{
	if (!ending(agent))
		agent->deadline = clock_ms() + agent->config->shutdown_timeout;
}

/* Asked by a send that waits for the network. */
static bool give_up(void *arg)
{
	struct agent *agent = arg;

	events_take(&agent->events, &agent->happened);
	if (agent->happened.terminate)
		begin_end(agent);
	return clock_ms() >= agent->deadline;
}

/* Asked by what reads the whole spool. */
static bool interrupted(void *arg)
{
	struct agent *agent = arg;

	events_take(&agent->events, &agent->happened);
	return agent->happened.terminate || agent->happened.reload ||
	       agent->happened.spool_gone;
}

static void aim(struct agent *agent)
{
	struct pipeline_target target = {
		.config = agent->config,
		.endpoints = agent->endpoints,
		.resource = agent->resource,
		.metrics = agent->metrics,
		.deadline = &agent->deadline,
		.interrupted = interrupted,
		.arg = agent,
	};

	log_configure(agent->config);
	endpoints_on_wait(agent->endpoints, give_up, agent);
	behind_aim(agent->behind, &target);
	if (endpoints_fan_out(agent->endpoints))
		target.behind = agent->behind;
	pipeline_aim(agent->pipeline, &target);
	metrics_aim(agent->metrics, agent->config, agent->endpoints);
	comments_aim(agent->comments, agent->config);
	orphans_aim(agent->orphans, agent->config);
	if (!agent->config->tls_verify)
		log_say(LOG_LEVEL_WARNING,
			"TLSVerify=no: receivers are not authenticated, and "
			"anybody between may read the spans");
}

static int build(const struct agent *agent, struct config **ret_config,
		 struct resource **ret_resource,
		 struct endpoints **ret_endpoints, struct err *err)
{
	struct resource *resource;
	struct endpoints *endpoints = NULL;
	struct config *config;

	if (agent_load_config(agent->options, agent->spool_fd, &config, err) <
	    0)
		return -1;
	resource = resource_create(config, agent->identity.cluster,
				   agent->identity.instance, err);
	if (resource)
		endpoints = endpoints_create(config, err);
	if (!endpoints) {
		resource_destroy(resource);
		config_destroy(config);
		return -1;
	}
	*ret_config = config;
	*ret_resource = resource;
	*ret_endpoints = endpoints;
	return 0;
}

static void reload(struct agent *agent)
{
	struct endpoints *endpoints;
	struct resource *resource;
	struct config *config;
	struct err err;

	log_reopen();
	if (build(agent, &config, &resource, &endpoints, &err) < 0) {
		log_say(LOG_LEVEL_ERROR,
			"%s; the agent goes on with the configuration it had",
			err.msg);
		return;
	}
	pipeline_let_go(agent->pipeline);
	behind_let_go(agent->behind);
	endpoints_destroy(agent->endpoints);
	resource_destroy(agent->resource);
	config_destroy(agent->config);
	agent->config = config;
	agent->resource = resource;
	agent->endpoints = endpoints;
	aim(agent);
	metrics_reloaded(agent->metrics);
	log_say(LOG_LEVEL_INFO, "the configuration was read again");
	if (config->enabled)
		return;
	log_say(LOG_LEVEL_INFO,
		"Enabled=no: the agent ends, spans stay in the spool");
	agent->deadline = clock_ms();
}

static void act(struct agent *agent)
{
	struct happened happened = agent->happened;

	agent->happened = (struct happened){ 0 };
	if (happened.spool)
		pipeline_notice(agent->pipeline, clock_ms(),
				agent->config->batch_timeout);
	if (happened.open)
		orphans_notice(agent->orphans, clock_ms());
	if (happened.spool_gone)
		log_say(LOG_LEVEL_ERROR,
			"the spool directory was removed; the agent ends");
	if (happened.terminate)
		begin_end(agent);
	if (happened.spool_gone)
		agent->deadline = clock_ms(); /* another may serve it now */
	if (happened.reload)
		reload(agent);
}

/* Nothing more can or need be done before the process ends. */
static bool finished(const struct agent *agent)
{
	bool spans = (pipeline_idle(agent->pipeline) ||
		      pipeline_stuck(agent->pipeline)) &&
		     behind_stuck(agent->behind);

	if (ending(agent))
		return spans || clock_ms() >= agent->deadline;
	return agent->options->once && spans && comments_idle(agent->comments);
}

/*
 * One step for the spans.  When it finds the spool empty, what came in
 * meanwhile was most likely our own doing (segments removed), which is no
 * reason to wake.
 */
static uint64_t step_pipeline(struct agent *agent)
{
	bool hurry = agent->options->once || ending(agent);
	bool was_idle = pipeline_idle(agent->pipeline);
	uint64_t next = pipeline_step(agent->pipeline, clock_ms(), hurry);

	if (was_idle || !pipeline_idle(agent->pipeline))
		return next;
	events_take(&agent->events, &agent->happened);
	if (!agent->happened.spool)
		return next;
	agent->happened.spool = false;
	pipeline_recheck(agent->pipeline, clock_ms());
	return pipeline_idle(agent->pipeline) ? next : 0;
}

/* In this order: the first may give the second something to do. */
static uint64_t step(struct agent *agent)
{
	bool once = agent->options->once;
	uint64_t next = step_pipeline(agent);

	next = time_earlier(next, behind_step(agent->behind, clock_ms(),
					      once || ending(agent)));
	return time_earlier(next,
			    comments_step(agent->comments, clock_ms(), once));
}

static bool has_news(const struct happened *happened)
{
	return happened->spool || happened->open || happened->spool_gone ||
	       happened->terminate || happened->reload || happened->child;
}

/* No reason to wake up for: done with the work, soon after the start, when the
 * first connection stands, and now and then. */
static void trim(struct agent *agent)
{
	uint64_t now = clock_ms();

	if (now < agent->trim_at)
		return;
	memory_release_code();
	agent->trim_at = now + TRIM_PAUSE_MS;
}

static void work(struct agent *agent)
{
	for (;;) {
		uint64_t next;

		act(agent);
		trim(agent);
		/* before the spans, to which it may add some */
		next = orphans_step(agent->orphans, clock_ms());
		next = time_earlier(next, step(agent));
		metrics_orphans(agent->metrics, orphans_closed(agent->orphans),
				orphans_damaged(agent->orphans));
		metrics_comments(agent->metrics, comments_set(agent->comments),
				 comments_failed(agent->comments));
		if (finished(agent))
			return;
		next = time_earlier(next,
				    metrics_step(agent->metrics, clock_ms()));
		/* signals may have come in the middle of a step */
		events_take(&agent->events, &agent->happened);
		if (next <= clock_ms() || has_news(&agent->happened))
			continue;
		events_wait(
			&agent->events, pipeline_wants_notice(agent->pipeline),
			time_earlier(next, agent->deadline), &agent->happened);
	}
}

static int conclude(const struct agent *agent)
{
	const struct agent_metrics run = metrics_of_this_run(agent->metrics);
	bool left =
		!pipeline_idle(agent->pipeline) || !behind_idle(agent->behind);

	log_say(LOG_LEVEL_INFO,
		"ends: %" PRIu64 " spans delivered, %" PRIu64
		" rejected by receivers, %" PRIu64
		" set aside in bad/, %" PRIu64 " lost, %" PRIu64
		" records of unknown kind%s",
		run.exported, run.rejected, run.refused, run.lost, run.unknown,
		left ? "; more spans stay in the spool" : "");
	if (!agent->options->once)
		return EXIT_SUCCESS;
	return left || run.rejected || run.refused || run.lost || run.unknown ||
			       comments_failed(agent->comments)
		       ? EXIT_FAILURE
		       : EXIT_SUCCESS;
}

int agent_run(struct agent *agent)
{
	aim(agent);
	memory_release_code();
	agent->trim_at = clock_ms() + TRIM_FIRST_MS;
	log_say(LOG_LEVEL_INFO, "reads %s, sends to %s%s",
		agent->options->spool,
		exporter_name(agent->endpoints->list[0].exporter),
		agent->endpoints->n > 1 ? " and others" : "");
	work(agent);
	return conclude(agent);
}
