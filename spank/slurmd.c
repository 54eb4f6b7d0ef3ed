/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What slurmd does once, when it loads the plugin; see slurmd.h. */
#include "spank/slurmd.h"

#include <limits.h>

#include "host/agent.h"
#include "host/daemon_spool.h"
#include "host/slurm_conf.h"
#include "spank/compat.h"
#include "spank/job_file.h"
#include "spank/settings.h"

void slurmd_start(const struct plugin *plugin, int argc, char **argv)
{
	char name[NAME_MAX], spool[PATH_MAX], config_file[PATH_MAX];
	char cluster[CLUSTER_NAME_MAX + 1];
	struct err err;

	slurmd_spool_name(name, sizeof(name));
	slurm_conf_cluster(cluster, sizeof(cluster));
	if (daemon_spool_make(plugin->config, name, cluster, spool,
			      sizeof(spool), &err) < 0) {
		slurm_error("otel: no spool, the spans of this node are lost: %s",
			    err.msg);
		return;
	}
	if (settings_path(argc, argv, config_file, sizeof(config_file)) < 0)
		return;
	if (agent_start(spool, config_file, &err) < 0) {
		slurm_error("otel: spans wait in %s for an agent: %s", spool,
			    err.msg);
		return;
	}
	slurm_info("otel: tracing is on, spool %s", spool);
}
