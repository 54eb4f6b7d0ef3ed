/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stands in for prolog and epilog; see extern_step.h. */
#include "spank/extern_step.h"

#include <string.h>

#include "host/daemon_spool.h"
#include "host/slurm_conf.h"
#include "spank/held_job.h"
#include "spank/job_file.h"
#include "util/cleanup.h"

void extern_step_begin(struct plugin *plugin, spank_t sp)
{
	struct step *step = &plugin->step;
	struct job_file *job = &step->job;
	_cleanup_close_ int spool = -1;
	struct err err;
	uid_t uid;

	if (!slurm_conf_prolog_in_job())
		return;
	spool = node_spool_open(plugin->config, step->node, &err);
	if (spool < 0)
		return;
	memset(job, 0, sizeof(*job));
	slurm_conf_cluster(job->cluster, sizeof(job->cluster));
	job_context_fallback(job->cluster, step->job_id, 0, &job->context);
	job->by_extern = true;
	job->uid = spank_get_item(sp, S_JOB_UID, &uid) == ESPANK_SUCCESS
			   ? uid
			   : JOB_UID_UNKNOWN;
	job->prolog_ns = step->start_ns;
	job->state.setup = step->node_id == 0;
	boot_id_read(job->boot_id);
	if (job_file_write(spool, step->job_id, job, &err) < 0) {
		slurm_info(
			"otel: job %u: on this node nothing tells of its setup, each of its steps has MaxSpansPerTrace for itself, and none holds spans back: %s",
			step->job_id, err.msg);
		return;
	}
	step->is_extern = true;
	held_job_begin_unknown(plugin->config, spool, step->job_id);
}

void extern_step_end(struct plugin *plugin)
{
	const struct step *step = &plugin->step;
	_cleanup_close_ int spool = -1;
	struct err err;

	if (!step->is_extern)
		return;
	spool = node_spool_open(plugin->config, step->node, &err);
	if (spool < 0) {
		slurm_info(
			"otel: job %u: its job file, and what was held for it, stay on this node: %s",
			step->job_id, err.msg);
		return;
	}
	held_job_end(plugin->config, spool, step->job_id);
	if (job_file_remove(spool, step->job_id, &err) < 0)
		slurm_info("otel: job %u: its job file stays on this node: %s",
			   step->job_id, err.msg);
}
