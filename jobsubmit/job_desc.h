/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads and changes the description of a job that is being submitted.  All of
 * it came from a user: texts are hostile, lists may be NULL.
 */
#ifndef OTEL_JOBSUBMIT_JOB_DESC_H
#define OTEL_JOBSUBMIT_JOB_DESC_H

#include "jobsubmit/compat.h"

/* A list of NAME=VALUE in Slurm's memory, and its length. */
struct desc_list {
	char ***list;
	uint32_t *size;
};

/* What SPANK plugins of the client set for the job. */
struct desc_list desc_spank_env(job_desc_msg_t *job);
/* The environment of a batch job; empty for others. */
struct desc_list desc_environment(job_desc_msg_t *job);

/* The value of name; NULL when it is not there. */
const char *desc_get(const struct desc_list *env, const char *name);

/* Sets name, replacing every value it had; "" removes it.  Returns 0, or -1
 * when there is no memory: then nothing is changed. */
int desc_set(const struct desc_list *env, const char *name, const char *value);

#endif
