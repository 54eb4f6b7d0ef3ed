/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What slurmctld keeps with a job for us, in its spank_job_env; see
 * job_carried.h. */
#include "jobcomp/job_view_slurm.h"

#include "jobcomp/job_carried.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/start_note.h"
#include "jobcomp/job_view.h"
#include "trace/job_context.h"

/* In spank_job_env: the restart count of the last attempt that is recorded. */
#define TOLD_VAR "OTEL_TOLD"

/* What var, of spank_job_env, says of name; NULL: nothing. */
static const char *value_of(const char *var, const char *name)
{
	size_t len = strlen(name);

	/* slurmctld keeps the bare name; slurmd adds the prefix */
	if (var && !strncmp(var, SPANK_PREFIX, sizeof(SPANK_PREFIX) - 1))
		var += sizeof(SPANK_PREFIX) - 1;
	return var && !strncmp(var, name, len) && var[len] == '='
		       ? var + len + 1
		       : NULL;
}

const char *job_carried(const struct job_record *job, const char *name)
{
	for (uint32_t i = 0; i < job->spank_job_env_size; i++) {
		const char *value = value_of(job->spank_job_env[i], name);

		if (value)
			return value;
	}
	return NULL;
}

bool job_is_told(const struct job_record *job)
{
	const char *restart = job_carried(job, TOLD_VAR);

	return restart && strtoul(restart, NULL, 10) == job->restart_cnt;
}

/* A job that never had nodes never started: whatever it carries is not ours. */
bool job_is_wait_told(const struct job_record *job)
{
	return JOBCOMP_TELLS_STARTS && job->nodes &&
	       start_note_parse(job_carried(job, START_NOTE_VAR),
				job->restart_cnt)
		       .wait_told;
}

/* Takes all of that name out. */
static void take_away(struct job_record *job, const char *name)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < job->spank_job_env_size; i++)
		if (value_of(job->spank_job_env[i], name))
			xfree(job->spank_job_env[i]);
		else
			job->spank_job_env[kept++] = job->spank_job_env[i];
	for (uint32_t i = kept; i < job->spank_job_env_size; i++)
		job->spank_job_env[i] = NULL;
	job->spank_job_env_size = kept;
}

/* Slurm makes the environment of PrologSlurmctld and EpilogSlurmctld of it and
 * goes by the NULL at its end, not by the size. */
static void put(struct job_record *job, const char *name, const char *value)
{
	uint32_t n;

	take_away(job, name);
	n = job->spank_job_env_size;
	xrecalloc(job->spank_job_env, n + 2, sizeof(char *));
	job->spank_job_env[n] = xstrdup_printf("%s=%s", name, value);
	job->spank_job_env[n + 1] = NULL;
	job->spank_job_env_size = n + 1;
}

void job_view_tell_epilogs(struct job_record *job, const char *name,
			   const char *value)
{
	if (value)
		put(job, name, value);
	else
		take_away(job, name);
}

void job_view_set_told(struct job_record *job)
{
	char restart[16];

	/* no other job can be requeued once it has ended */
	if (!job->batch_flag || !job->details || !job->details->requeue)
		return;
	snprintf(restart, sizeof(restart), "%u", job->restart_cnt);
	put(job, TOLD_VAR, restart);
}

void job_view_note_start(struct job_record *job, const struct start_note *note)
{
	char text[START_NOTE_SIZE];

	take_away(job, START_NOTE_VAR);
	if (!note->wait_told && !note->comment_shown)
		return;
	start_note_format(job->restart_cnt, note, text);
	put(job, START_NOTE_VAR, text);
}
