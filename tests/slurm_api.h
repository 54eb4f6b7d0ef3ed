/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The few calls of Slurm's C API with which tests and benchmarks submit and end
 * jobs, in one form for all versions: 25.11 names a job by a slurm_step_id_t
 * where a uint32_t stood before, and 26.05 lets a wait be interrupted.  The
 * only place of the tests that asks for the version.  slurm_init() comes first:
 * a call without it ends the caller in new versions.
 */
#ifndef OTEL_TESTS_SLURM_API_H
#define OTEL_TESTS_SLURM_API_H

#include <stddef.h>

#include <slurm/slurm.h>
#include <slurm/slurm_errno.h>

/* ANSWERED_JOB_ID(answer): the job of a submission's or an allocation's answer.
 */
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(25, 11, 0)
#define ANSWERED_JOB_ID(answer) ((answer)->step_id.job_id)
#else
#define ANSWERED_JOB_ID(answer) ((answer)->job_id)
#endif

/* Tells slurmctld that the job has ended so; 0, or -1 with Slurm's error. */
static inline int complete_job(uint32_t job_id, uint32_t return_code)
{
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(25, 11, 0)
	slurm_step_id_t id = SLURM_STEP_ID_INITIALIZER;

	id.job_id = job_id;
	return slurm_complete_job(&id, return_code);
#else
	return slurm_complete_job(job_id, return_code);
#endif
}

/* Waits so many seconds for an allocation; NULL with Slurm's error. */
static inline resource_allocation_response_msg_t *
allocate_blocking(job_desc_msg_t *job, time_t timeout)
{
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(26, 5, 0)
	return slurm_allocate_resources_blocking(job, timeout, NULL, -1);
#else
	return slurm_allocate_resources_blocking(job, timeout, NULL);
#endif
}

#endif
