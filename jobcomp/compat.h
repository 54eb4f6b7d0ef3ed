/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The only place of the job completion plugin that knows differences between
 * Slurm versions: of the interface, of what of Slurm's own library is called
 * without a public header, and of job_record_t.  configure tests for each.
 */
#ifndef OTEL_JOBCOMP_COMPAT_H
#define OTEL_JOBCOMP_COMPAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"
#include "slurm/slurm_version.h"

struct job_record;
struct xlist;

/* 23.02 took the argument of set_location away. */
#ifdef HAVE_JOBCOMP_SET_LOCATION_VOID
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
 * 22.05 and an int in 24.11; from 25.11 it logs what dlopen() said, as an error
 * if the plugin is required): it verifies the version and calls init(),
 * plugin_unload() calls fini().  The symbols are those of
 * libslurmfull, or of slurmctld itself where it is linked in; weak, since a
 * symbol that is missing would end slurmctld at the call.
 */
#ifndef OTEL_JOBCOMP_JOB_VIEW_SLURM_H /* that has Slurm's own declarations */
#define SLURM_WEAK __attribute__((weak))
#ifdef HAVE_PLUGIN_LOAD_REQUIRED
int plugin_load_from_file(void **ret_plugin, const char *path,
			  bool required) SLURM_WEAK;
#define PLUGIN_LOAD(ret_plugin, path)                                          \
	plugin_load_from_file(ret_plugin, path, true)
#else
int plugin_load_from_file(void **ret_plugin, const char *path) SLURM_WEAK;
#define PLUGIN_LOAD(ret_plugin, path) plugin_load_from_file(ret_plugin, path)
#endif
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

/* Where slurmctld tells of a job's start, its wait is told of then. */
#ifdef HAVE_JOBCOMP_RECORD_JOB
#define JOBCOMP_TELLS_STARTS true
#else
#define JOBCOMP_TELLS_STARTS false
#endif

/*
 * Of job_record_t, for the one file that reads it: fields that not every Slurm
 * has, by address, or as a value.  NULL or 0 where there is none.
 */
#ifdef HAVE_JOB_RECORD_EXTRA
#define JOB_RECORD_EXTRA(job) (&(job)->extra)
#else
#define JOB_RECORD_EXTRA(job) ((void)(job), (char **)NULL)
#endif

#ifdef HAVE_JOB_RECORD_FAILED_NODE
#define JOB_RECORD_FAILED_NODE(job) ((job)->failed_node)
#else
#define JOB_RECORD_FAILED_NODE(job) ((void)(job), (char *)NULL)
#endif

#ifdef HAVE_JOB_RECORD_SLUID
#define JOB_RECORD_SLUID(job) ((uint64_t)(job)->step_id.sluid)
#else
#define JOB_RECORD_SLUID(job) ((void)(job), (uint64_t)0)
#endif

/* 24.05 gave the text of a reason another name and another header, which
 * job_view_slurm.h includes where it is. */
#ifdef HAVE_JOB_STATE_REASON_STRING
#define JOB_REASON_STRING(reason) job_state_reason_string(reason)
#define JOB_REASON_HEADER "src/common/job_state_reason.h"
#else
#define JOB_REASON_STRING(reason) job_reason_string(reason)
#define JOB_REASON_HEADER "src/common/slurm_protocol_defs.h"
#endif

#endif
