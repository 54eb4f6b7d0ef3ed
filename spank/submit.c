/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The client side of the plugin; see submit.h. */
#include "spank/submit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spank/step_wish.h"

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
					     JOB_BAGGAGE_VAR,
					     JOB_ATTRIBUTES_VAR };
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
static bool makes_step(void)
{
	return spank_context() == S_CTX_LOCAL && getenv("SLURM_JOB_ID");
}

static void hand_on_parent(const struct wish *wish)
{
	struct trace_context parent = wish->given;
	char canonical[TRACEPARENT_LEN + 1];

	if (wish->parent == WISHED_PARENT_GIVEN) {
		traceparent_format(&parent, canonical);
		setenv("TRACEPARENT", canonical, 1);
	} else if (traceparent_parse(getenv("TRACEPARENT"), &parent) < 0) {
		unsetenv(STEP_PARENT_VAR);
		return;
	}
	traceparent_format(&parent, canonical);
	setenv(STEP_PARENT_VAR, canonical, 1);
}

/* Slurm shows the value itself, after this. */
int submit_take_option(struct plugin *plugin, enum option_id option,
		       const char *value)
{
	struct err err;

	if (wish_take(plugin->config, makes_step(), option, value,
		      &plugin->wish, &err) == 0)
		return 0;
	slurm_error("--%s: %s", option_names[option], err.msg);
	return -1;
}

void submit_forget_options(spank_t sp)
{
	for (size_t i = 0; i < OPTIONS; i++) {
		/* as plugstack.c makes it, in _opt_env_name() */
		char name[64] = "_SLURM_SPANK_OPTION_otel_";
		const size_t head = strlen(name);

		strcat(name, option_names[i]);
		for (char *p = name + head; *p; p++)
			if (*p == '-')
				*p = '_';
		spank_job_control_unsetenv(sp, name);
		unsetenv(name);
	}
}

static void submit_attributes(const struct plugin *plugin, spank_t sp)
{
	char text[USER_ATTRS_TEXT_MAX + 1];

	user_attrs_format(&plugin->wish.attrs, text);
	carry(sp, JOB_ATTRIBUTES_VAR, text);
}

void submit_job(struct plugin *plugin, spank_t sp)
{
	static const struct wish none;
	char text[JOB_CONTEXT_LEN_MAX + 1];

	if (makes_step()) {
		hand_on_job(sp);
		hand_on_parent(&plugin->wish);
		step_wish_hand_on(&plugin->wish);
		return;
	}
	unsetenv(STEP_PARENT_VAR);
	step_wish_hand_on(&none);
	/* Once a process: the components of a heterogeneous job are one job. */
	if (!plugin->submitted)
		wish_new_context(plugin->config, &plugin->wish,
				 &plugin->context);
	plugin->submitted = true;
	job_context_format(&plugin->context, text);
	carry(sp, JOB_CONTEXT_VAR, text);
	carry(sp, JOB_TRACESTATE_VAR, plugin->context.tracestate);
	carry(sp, JOB_BAGGAGE_VAR, plugin->context.baggage);
	submit_attributes(plugin, sp);
}
