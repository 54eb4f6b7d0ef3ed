/* SPDX-License-Identifier: GPL-2.0-or-later */
/* slurm-otel-agent: ships the spans of one spool to their receivers. */
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "agent.h"
#include "daemonize.h"
#include "log.h"
#include "options.h"

static int fail(int status, const struct err *err)
{
	log_say(LOG_LEVEL_ERROR,
		"%s; the agent does not start, spans stay in the spool",
		err->msg);
	return status;
}

/* Another agent serves the spool.  Whoever wants it served has that; but
 * whoever asked for all to be delivered can not be told that it was. */
static int yield(const struct options *options)
{
	log_say(options->once ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO,
		"another agent serves %s; this one ends", options->spool);
	return options->once ? EX_TEMPFAIL : EXIT_SUCCESS;
}

/* Everything after the configuration: in the daemon, if there is one. */
static int serve(const struct options *options, struct config *config,
		 int ready)
{
	struct agent agent;
	bool held = false;
	int status = EXIT_SUCCESS;
	struct err err;

	if (agent_create(&agent, options, config, &held, &err) < 0)
		status = held ? yield(options) : fail(agent.failure, &err);
	else
		held = false;
	daemon_ready(ready, status);
	if (status == EXIT_SUCCESS && !held)
		status = agent_run(&agent);
	agent_destroy(&agent);
	return status;
}

static int start(const struct options *options)
{
	struct config *config;
	int ready = -1;
	struct err err;

	log_spool(options->spool, -1);
	if (log_open(options->log_file, options->foreground, &err) < 0)
		return fail(EXIT_FAILURE, &err);
	if (agent_load_config(options, -1, &config, &err) < 0)
		return fail(EX_CONFIG, &err);
	log_configure(config);
	if (!config->enabled) {
		log_say(LOG_LEVEL_INFO, "Enabled=no: the agent does not run");
		config_destroy(config);
		return EXIT_SUCCESS;
	}
	if (!options->foreground) {
		ready = daemonize(&err);
		if (ready < 0) {
			config_destroy(config);
			return fail(EXIT_FAILURE, &err);
		}
	}
	return serve(options, config, ready);
}

int main(int argc, char **argv)
{
	struct options options;
	int status;

	umask(077);
	reserve_streams();
	status = options_parse(argc, argv, &options);
	if (status >= 0)
		return status;
	if (!options.foreground)
		close_inherited();
	status = start(&options);
	log_close();
	return status;
}
