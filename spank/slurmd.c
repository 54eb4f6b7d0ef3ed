/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What slurmd does once, when it loads the plugin; see slurmd.h. */
#include "spank/slurmd.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/agent.h"
#include "host/arguments.h"
#include "host/daemon_spool.h"
#include "host/slurm_conf.h"
#include "spank/compat.h"
#include "spank/held_job.h"
#include "spank/job_file.h"
#include "util/cleanup.h"

/* In slurmd's environment, which its slurmstepds have too: it said why. */
#define OFF_VAR "SLURM_OTEL_OFF"

static void say_defaults(int argc, char **argv)
{
	char path[PATH_MAX];

	if (settings_path(argc, argv, path, sizeof(path)) < 0 ||
	    access(path, R_OK) == 0)
		return;
	slurm_info("otel: %s can not be read, %s: %s", path,
		   argc > 0 ? "plugstack.conf alone is heeded"
			    : "every key has its default",
		   strerror(errno));
}

/* A node that went down ran no epilogs. */
static void sweep_job_files(const struct config *config, const char *name)
{
	_cleanup_close_ int spool = -1;
	struct err err;

	spool = daemon_spool_open(config, name, &err);
	if (spool < 0 || job_files_sweep(spool, &err) < 0)
		slurm_error("otel: files of jobs before the last boot stay: %s",
			    err.msg);
}

static int tell_agent(const struct config *config, const char *name, int argc,
		      char **argv, struct err *err)
{
	_cleanup_close_ int spool = daemon_spool_open(config, name, err);

	if (spool < 0)
		return -1;
	return arguments_store(spool, argv, argc > 0 ? (size_t)argc : 0, err);
}

/* With Enabled=no among the arguments an agent of before has to hear of it, as
 * it hears of the one in otel.conf; a spool that never was needs nothing. */
static void tell_agent_off(int argc, char **argv)
{
	struct config *config;
	char name[NAME_MAX];
	struct err err;

	if (settings_read(argc, argv, &config, NULL) < 0)
		return;
	slurmd_spool_name(config, name, sizeof(name));
	if (!config->enabled &&
	    tell_agent(config, name, argc, argv, &err) < 0 && errno != ENOENT)
		slurm_error(
			"otel: an agent that runs does not hear of Enabled=no: %s",
			err.msg);
	config_destroy(config);
}

static void start(const struct plugin *plugin, int argc, char **argv)
{
	char name[NAME_MAX], spool[PATH_MAX];
	char cluster[CLUSTER_NAME_MAX + 1];
	struct err err;

	say_defaults(argc, argv);
	slurmd_spool_name(plugin->config, name, sizeof(name));
	slurm_conf_cluster(cluster, sizeof(cluster));
	if (daemon_spool_make(plugin->config, name, cluster, spool,
			      sizeof(spool), &err) < 0) {
		slurm_error(
			"otel: no spool, the spans of this node are lost: %s",
			err.msg);
		return;
	}
	held_jobs_sweep(plugin->config, spool);
	sweep_job_files(plugin->config, name);
	/* without them the agent would send to where nobody wants it */
	if (tell_agent(plugin->config, name, argc, argv, &err) < 0 ||
	    agent_start(spool, &err) < 0) {
		slurm_error("otel: spans wait in %s for an agent: %s", spool,
			    err.msg);
		return;
	}
	slurm_info("otel: tracing is on, spool %s", spool);
}

void slurmd_init(struct plugin *plugin, int argc, char **argv)
{
	if (!settings_load(plugin, argc, argv, REPORT_ERROR)) {
		setenv(OFF_VAR, "1", 1);
		tell_agent_off(argc, argv);
		return;
	}
	unsetenv(OFF_VAR);
	start(plugin, argc, argv);
}

enum settings_report slurmd_step_report(void)
{
	return getenv(OFF_VAR) ? REPORT_QUIET : REPORT_INFO;
}
