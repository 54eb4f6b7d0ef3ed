/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The only place of the comment helper that knows Slurm versions. */
#ifndef OTEL_AGENT_COMMENT_COMPAT_H
#define OTEL_AGENT_COMMENT_COMPAT_H

#include <errno.h>

#include <slurm/slurm.h>
#include <slurm/slurm_errno.h>

#include "config.h"

/* 25.11 names a job to update by its step id, */
#ifdef HAVE_JOB_DESC_STEP_ID
#define JOB_DESC_SET_JOB_ID(desc, id) ((desc)->step_id.job_id = (id))
#else
#define JOB_DESC_SET_JOB_ID(desc, id) ((desc)->job_id = (id))
#endif

/* and 26.05 one to read. */
static inline int load_job(job_info_msg_t **ret, uint32_t job_id)
{
#ifdef HAVE_LOAD_JOB_STEP_ID
	slurm_step_id_t id = SLURM_STEP_ID_INITIALIZER;

	id.job_id = job_id;
	return slurm_load_job(ret, id, 0);
#else
	return slurm_load_job(ret, job_id, 0);
#endif
}

/* Why the last call of Slurm's failed: since 23.11 that is errno. */
#if HAVE_DECL_SLURM_GET_ERRNO
#define SLURM_LAST_ERROR() slurm_get_errno()
#else
#define SLURM_LAST_ERROR() errno
#endif

/* The fields that not every Slurm can set, as rows for main.c. */
#ifdef HAVE_JOB_DESC_SYSTEM_COMMENT
#define COMMENT_FIELD_SYSTEM(FIELD) FIELD("SystemComment", system_comment)
#else
#define COMMENT_FIELD_SYSTEM(FIELD)
#endif
#ifdef HAVE_JOB_DESC_EXTRA
#define COMMENT_FIELD_EXTRA(FIELD) FIELD("Extra", extra)
#else
#define COMMENT_FIELD_EXTRA(FIELD)
#endif

#endif
