/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The only place of the job_submit plugin that knows differences between Slurm
 * versions, and what the public headers do not declare.
 */
#ifndef OTEL_JOBSUBMIT_COMPAT_H
#define OTEL_JOBSUBMIT_COMPAT_H

#include <stdbool.h>
#include <stddef.h>

#include <slurm/slurm.h>
#include <slurm/slurm_errno.h>

/* 23.02 gave job_modify a message for the user. */
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(23, 2, 0)
#define JOB_MODIFY_MESSAGE , char **err_msg __attribute__((unused))
#else
#define JOB_MODIFY_MESSAGE
#endif

/* slurmctld's default partition, NULL when there is none; without an address
 * where a version does not have it.  To be read in job_submit only, where
 * slurmctld holds its lock. */
extern char *default_part_name __attribute__((weak));

/* Slurm's allocator: what is put into a job's description is freed with it.
 * Exported under these names and unchanged from 20.11 to 26.05. */
void *slurm_xcalloc(size_t count, size_t size, bool clear, bool may_fail,
		    const char *file, int line, const char *func);
void *slurm_xrecalloc(void **item, size_t count, size_t size, bool clear,
		      bool may_fail, const char *file, int line,
		      const char *func);
void slurm_xfree(void **item);
char *slurm_xstrdup(const char *text);

void slurm_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void slurm_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void slurm_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
