/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The only place of the job completion plugin that knows differences between
 * Slurm versions' interfaces.
 */
#ifndef OTEL_JOBCOMP_COMPAT_H
#define OTEL_JOBCOMP_COMPAT_H

#include <stdint.h>

#include "config.h"
#include "slurm/slurm_version.h"

struct job_record;

/* 23.02 took the argument of set_location away. */
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(23, 2, 0)
#define JOBCOMP_SET_LOCATION_ARGS void
#else
#define JOBCOMP_SET_LOCATION_ARGS char *location __attribute__((unused))
#endif

/* The entry point that tells of a job's end, around one statement that may
 * use `job`. */
#ifdef HAVE_JOBCOMP_RECORD_JOB
#define JOBCOMP_ENTRY_PROTOTYPES                                               \
	int jobcomp_p_record_job_start(struct job_record *, uint32_t);         \
	int jobcomp_p_record_job_end(struct job_record *, uint32_t);
#define JOBCOMP_ENTRY_POINTS(at_end)                                           \
	EXPORT int jobcomp_p_record_job_start(struct job_record *job,          \
					      uint32_t event)                  \
	{                                                                      \
		(void)job;                                                     \
		(void)event;                                                   \
		return SLURM_SUCCESS;                                          \
	}                                                                      \
	EXPORT int jobcomp_p_record_job_end(struct job_record *job,            \
					    uint32_t event)                    \
	{                                                                      \
		(void)event;                                                   \
		at_end;                                                        \
		return SLURM_SUCCESS;                                          \
	}
#else
#define JOBCOMP_ENTRY_PROTOTYPES int jobcomp_p_log_record(struct job_record *);
#define JOBCOMP_ENTRY_POINTS(at_end)                                           \
	EXPORT int jobcomp_p_log_record(struct job_record *job)                \
	{                                                                      \
		at_end;                                                        \
		return SLURM_SUCCESS;                                          \
	}
#endif

#endif
