/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The only place of the job completion plugin that knows differences between
 * Slurm versions' interfaces, and what of Slurm's own library it calls without
 * a public header.
 */
#ifndef OTEL_JOBCOMP_COMPAT_H
#define OTEL_JOBCOMP_COMPAT_H

#include <stdint.h>

#include "config.h"
#include "slurm/slurm_version.h"

struct job_record;
struct xlist;

/* 23.02 took the argument of set_location away. */
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(23, 2, 0) ||                     \
	defined(HAVE_JOBCOMP_RECORD_JOB)
#define JOBCOMP_SET_LOCATION_ARGS void
#define JOBCOMP_LOCATION(configured) (configured)
#define JOBCOMP_CALL_SET_LOCATION(entries, location)                           \
	((void)(location), (entries)->set_location())
#else
#define JOBCOMP_SET_LOCATION_ARGS char *location
#define JOBCOMP_LOCATION(configured) ((void)(configured), location)
#define JOBCOMP_CALL_SET_LOCATION(entries, location)                           \
	(entries)->set_location(location)
#endif

/*
 * The entry points that tell of jobs: of ours, around two statements that may
 * use `job` and `event`; and of another plugin, in the order of their names.
 * Where Slurm knows no event it is 0, and at_start is never reached.
 */
#ifdef HAVE_JOBCOMP_RECORD_JOB
#define JOBCOMP_ENTRY_PROTOTYPES                                               \
	int jobcomp_p_record_job_start(struct job_record *, uint32_t);         \
	int jobcomp_p_record_job_end(struct job_record *, uint32_t);
#define JOBCOMP_ENTRY_POINTS(at_start, at_end)                                 \
	EXPORT int jobcomp_p_record_job_start(struct job_record *job,          \
					      uint32_t event)                  \
	{                                                                      \
		at_start;                                                      \
		return SLURM_SUCCESS;                                          \
	}                                                                      \
	EXPORT int jobcomp_p_record_job_end(struct job_record *job,            \
					    uint32_t event)                    \
	{                                                                      \
		at_end;                                                        \
		return SLURM_SUCCESS;                                          \
	}
#define JOBCOMP_ENTRY_NAMES                                                    \
	"jobcomp_p_set_location", "jobcomp_p_get_jobs",                        \
		"jobcomp_p_record_job_end", "jobcomp_p_record_job_start"
#define JOBCOMP_ENTRY_COUNT 4
struct jobcomp_entries {
	int (*set_location)(JOBCOMP_SET_LOCATION_ARGS);
	struct xlist *(*get_jobs)(void *job_cond);
	int (*record_end)(struct job_record *job, uint32_t event);
	int (*record_start)(struct job_record *job, uint32_t event);
};
#define JOBCOMP_CALL_RECORD_END(entries, job, event)                           \
	(entries)->record_end(job, event)
#define JOBCOMP_CALL_RECORD_START(entries, job, event)                         \
	(entries)->record_start(job, event)
#else
#define JOBCOMP_ENTRY_PROTOTYPES int jobcomp_p_log_record(struct job_record *);
#define JOBCOMP_ENTRY_POINTS(at_start, at_end)                                 \
	EXPORT int jobcomp_p_log_record(struct job_record *job)                \
	{                                                                      \
		const uint32_t event = 0;                                      \
                                                                               \
		at_end;                                                        \
		return SLURM_SUCCESS;                                          \
	}
#define JOBCOMP_ENTRY_NAMES                                                    \
	"jobcomp_p_set_location", "jobcomp_p_get_jobs", "jobcomp_p_log_record"
#define JOBCOMP_ENTRY_COUNT 3
struct jobcomp_entries {
	int (*set_location)(JOBCOMP_SET_LOCATION_ARGS);
	struct xlist *(*get_jobs)(void *job_cond);
	int (*record_end)(struct job_record *job);
};
#define JOBCOMP_CALL_RECORD_END(entries, job, event)                           \
	((void)(event), (entries)->record_end(job))
#define JOBCOMP_CALL_RECORD_START(entries, job, event)                         \
	((void)(entries), (void)(job), (void)(event), 0)
#endif

/*
 * How Slurm loads a plugin (src/common/plugin.h; what is returned is an enum in
 * 22.05 and an int in 24.11): it verifies the version and calls init(),
 * plugin_unload() calls fini().  The symbols are those of
 * libslurmfull, or of slurmctld itself where it is linked in; weak, since a
 * symbol that is missing would end slurmctld at the call.
 */
#define SLURM_WEAK __attribute__((weak))
int plugin_load_from_file(void **ret_plugin, const char *path) SLURM_WEAK;
int plugin_get_syms(void *plugin, int n, const char *names[],
		    void *ret[]) SLURM_WEAK;
void plugin_unload(void *plugin) SLURM_WEAK;
/* 22.05 has names of its own for the errors of loading, 24.11 has not. */
const char *plugin_strerror(int error) SLURM_WEAK;
char *slurm_strerror(int error);

static inline const char *plugin_load_error(int error)
{
	return plugin_strerror ? plugin_strerror(error) : slurm_strerror(error);
}

#endif
