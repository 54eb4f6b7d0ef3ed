/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The client side of the plugin; see submit.h. */
#include "spank/submit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/new_context.h"

/* The name under which the job finds one of the carried values. */
static void job_name_of(const char *name, char ret[64])
{
	snprintf(ret, 64, SPANK_JOB_PREFIX "%s", name);
}

/* Puts one value where the job finds it, or makes sure that no stale one of an
 * outer job is found: an srun imports SLURM_SPANK_* into its job. */
static void carry(spank_t sp, const char *name, const char *value)
{
	char job_name[64];
	spank_err_t rc;

	job_name_of(name, job_name);
	if (!*value) {
		spank_job_control_unsetenv(sp, name);
		unsetenv(job_name);
		return;
	}
	rc = spank_job_control_setenv(sp, name, value, 1);
	if (rc != ESPANK_SUCCESS)
		slurm_debug("otel: %s is not carried with the job: %s", name,
			    spank_strerror(rc));
	/* sbatch and salloc do this themselves, srun does not. */
	setenv(job_name, value, 1);
}

/* A prolog that is started by this srun sees srun's own spank_job_env, not the
 * job's; srun drops what it took over from the environment before we come. */
static void hand_on_job(spank_t sp)
{
	static const char *const names[] = { JOB_CONTEXT_VAR,
					     JOB_TRACESTATE_VAR,
					     JOB_BAGGAGE_VAR };
	char job_name[64];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value;

		job_name_of(names[i], job_name);
		value = getenv(job_name);
		if (value)
			spank_job_control_setenv(sp, names[i], value, 1);
	}
}

/* An srun inside a job makes a step, not a job. */
static void hand_on_parent(void)
{
	const char *text = getenv("TRACEPARENT");
	struct trace_context parent;
	char canonical[TRACEPARENT_LEN + 1];

	if (traceparent_parse(text, &parent) < 0) {
		unsetenv(STEP_PARENT_VAR);
		return;
	}
	traceparent_format(&parent, canonical);
	setenv(STEP_PARENT_VAR, canonical, 1);
}

void submit_job(struct plugin *plugin, spank_t sp)
{
	char text[JOB_CONTEXT_LEN_MAX + 1];

	if (spank_context() == S_CTX_LOCAL && getenv("SLURM_JOB_ID")) {
		hand_on_job(sp);
		hand_on_parent();
		return;
	}
	unsetenv(STEP_PARENT_VAR);
	/* Once a process: the components of a heterogeneous job are one job. */
	if (!plugin->submitted)
		new_context(plugin->config, getenv("TRACEPARENT"),
			    getenv("TRACESTATE"), getenv("BAGGAGE"),
			    &plugin->context);
	plugin->submitted = true;
	job_context_format(&plugin->context, text);
	carry(sp, JOB_CONTEXT_VAR, text);
	carry(sp, JOB_TRACESTATE_VAR, plugin->context.tracestate);
	carry(sp, JOB_BAGGAGE_VAR, plugin->context.baggage);
}
