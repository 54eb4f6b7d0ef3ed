/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hooks around a job on its nodes; see job_script.h. */
#include "spank/job_script.h"

#include <stdlib.h>
#include <string.h>

#include "host/daemon_spool.h"
#include "host/sluid.h"
#include "host/start_note.h"
#include "spank/held_job.h"
#include "spank/job_comment.h"
#include "spank/job_file.h"
#include "spank/job_node.h"
#include "spank/nodelist.h"
#include "util/cleanup.h"
#include "util/clock.h"

/* Every node runs the prolog; one of them asks for the comment, and there a
 * step tells of the setup phase.  True for more than one where a step causes
 * the prolog, which then is told that step's nodes. */
static bool on_first_node(void)
{
	const char *nodes = getenv("SLURM_JOB_NODELIST");

	if (!nodes)
		nodes = getenv("SLURM_NODELIST");
	return nodelist_starts_with(nodes, getenv("SLURMD_NODENAME"));
}

/* A name of Slurm's; one that could not stand on a line of the job file is
 * none. */
static void get_name(const char *variable, char *ret, size_t size)
{
	const char *value = getenv(variable);

	if (value && strlen(value) < size && !strchr(value, '\n'))
		strcpy(ret, value);
}

static uint32_t get_number(const char *variable, uint32_t otherwise)
{
	const char *value = getenv(variable);

	return value && *value ? (uint32_t)strtoul(value, NULL, 10) : otherwise;
}

/* What the environment of prolog and epilog says of the job.  SPANK_* come
 * from the user; the rest from slurmd. */
static void job_from_environment(const struct config *config, uint32_t job_id,
				 struct job_file *ret)
{
	struct job_context none = { 0 };

	memset(ret, 0, sizeof(*ret));
	get_name("SLURM_CLUSTER_NAME", ret->cluster, sizeof(ret->cluster));
	get_name("SLURM_JOB_PARTITION", ret->partition, sizeof(ret->partition));
	ret->uid = get_number("SLURM_JOB_UID", JOB_UID_UNKNOWN);
	ret->restart = get_number("SLURM_JOB_RESTART_COUNT", 0);
	if (sluid_is_valid(getenv(SLUID_VAR)))
		strcpy(ret->sluid, getenv(SLUID_VAR));
	ret->prolog_ns = clock_unix_ns();
	ret->state.setup = on_first_node();
	boot_id_read(ret->boot_id);
	if (job_context_load(getenv(SPANK_PREFIX JOB_CONTEXT_VAR),
			     getenv(SPANK_PREFIX JOB_TRACESTATE_VAR),
			     getenv(SPANK_PREFIX JOB_BAGGAGE_VAR),
			     &ret->context) == 0)
		return;
	job_context_fallback(ret->cluster, job_id, 0, &none);
	sampler_decide(&config->sampler, &none);
	ret->context = none;
}

/* A slurmd that was started anew may run a prolog again: the job began with the
 * first one, and what steps have told since stays told. */
static void keep_earlier(int spool, uint32_t job_id, struct job_file *job)
{
	struct job_file old;

	if (job_file_read(spool, job_id, &old, NULL) != 1 ||
	    old.restart != job->restart || !old.prolog_ns ||
	    memcmp(old.boot_id, job->boot_id, BOOT_ID_SIZE) != 0 ||
	    !trace_id_equal(&old.context.trace_id, &job->context.trace_id))
		return;
	job->prolog_ns = old.prolog_ns;
	job->state = old.state;
}

/* From Slurm 25.05 on, slurmctld itself has seen to it when the job started. */
static bool comment_is_shown(const struct job_file *job)
{
	const char *note = getenv(SPANK_PREFIX START_NOTE_VAR);

	return start_note_parse(note, job->restart).comment_shown;
}

void job_prolog(struct plugin *plugin, spank_t sp)
{
	const struct config *config = plugin->config;
	_cleanup_close_ int spool = -1;
	struct job_file job;
	uint32_t job_id;
	struct err err;

	if (spank_get_item(sp, S_JOB_ID, &job_id) != ESPANK_SUCCESS)
		return;
	job_from_environment(config, job_id, &job);
	spool = node_spool_open(config, getenv("SLURMD_NODENAME"), &err);
	/* slurmd said it; each step that loses a span because of it will */
	if (spool < 0)
		return;
	keep_earlier(spool, job_id, &job);
	if (job_file_write(spool, job_id, &job, &err) < 0) {
		slurm_info(
			"otel: job %u: its trace context is not kept on this node: %s",
			job_id, err.msg);
		return;
	}
	held_job_begin(config, spool, job_id, &job);
	if (job.state.setup && !comment_is_shown(&job))
		job_comment_request(config, spool, job_id, &job);
}

void job_epilog(struct plugin *plugin, spank_t sp)
{
	_cleanup_close_ int spool = -1;
	uint32_t job_id;
	struct err err;

	if (spank_get_item(sp, S_JOB_ID, &job_id) != ESPANK_SUCCESS)
		return;
	spool = node_spool_open(plugin->config, getenv("SLURMD_NODENAME"),
				&err);
	if (spool < 0)
		return;
	job_node_write(plugin->config, spool, job_id,
		       getenv("SLURMD_NODENAME"));
	held_job_end(plugin->config, spool, job_id);
	if (job_file_remove(spool, job_id, &err) < 0)
		slurm_info("otel: job %u: its context stays on this node: %s",
			   job_id, err.msg);
}
