/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * job_submit_otel.so (JobSubmitPlugins=otel): the symbols that slurmctld looks
 * for.  No call ever fails: a job is submitted whatever becomes of its trace.
 */
#include "jobsubmit/compat.h"
#include "jobsubmit/settings.h"
#include "jobsubmit/submission.h"

#define EXPORT __attribute__((visibility("default")))

struct job_record;

/* Slurm's plugin interface declares none of these in a header. */
extern const char plugin_name[], plugin_type[];
extern const uint32_t plugin_version;
int init(void);
int fini(void);
int job_submit(job_desc_msg_t *job, uint32_t user, char **err_msg);
int job_modify(job_desc_msg_t *job, struct job_record *record,
	       uint32_t user JOB_MODIFY_MESSAGE);

EXPORT const char plugin_name[] = "Trace contexts for submitted jobs";
EXPORT const char plugin_type[] = "job_submit/otel";
EXPORT const uint32_t plugin_version = SLURM_VERSION_NUMBER;

/* Slurm calls one at a time. */
static struct settings settings;
static struct submissions submissions = { .last.offset = NO_VAL };

EXPORT int init(void)
{
	settings_now(&settings);
	return SLURM_SUCCESS;
}

EXPORT int fini(void)
{
	settings_free(&settings);
	settings = (struct settings){ 0 };
	return SLURM_SUCCESS;
}

EXPORT int job_submit(job_desc_msg_t *job, uint32_t user, char **err_msg)
{
	const struct config *config = settings_now(&settings);

	(void)err_msg;
	if (config)
		submission_complete(config, settings.at_allocation, job, user,
				    &submissions);
	return SLURM_SUCCESS;
}

/* A job keeps the context it was submitted with. */
EXPORT int job_modify(job_desc_msg_t *job, struct job_record *record,
		      uint32_t user JOB_MODIFY_MESSAGE)
{
	(void)job;
	(void)record;
	(void)user;
	return SLURM_SUCCESS;
}
