/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * jobcomp_otel.so (JobCompType=jobcomp/otel): the symbols that slurmctld looks
 * for.  No call ever fails: a job ends whatever becomes of its trace.
 */
#include <slurm/slurm_errno.h>

#include "jobcomp/compat.h"
#include "jobcomp/log.h"
#include "jobcomp/recorder.h"

#define EXPORT __attribute__((visibility("default")))

struct xlist;

/* Slurm's plugin interface declares none of these in a header. */
extern const char plugin_name[], plugin_type[];
extern const uint32_t plugin_version;
int init(void);
int fini(void);
int jobcomp_p_set_location(JOBCOMP_SET_LOCATION_ARGS);
struct xlist *jobcomp_p_get_jobs(void *job_cond);
JOBCOMP_ENTRY_PROTOTYPES

EXPORT const char plugin_name[] = "Job completion as OpenTelemetry spans";
EXPORT const char plugin_type[] = "jobcomp/otel";
EXPORT const uint32_t plugin_version = SLURM_VERSION_NUMBER;

static struct recorder recorder = RECORDER_INIT;

EXPORT int init(void)
{
	return SLURM_SUCCESS;
}

EXPORT int fini(void)
{
	recorder_release(&recorder);
	return SLURM_SUCCESS;
}

/* Called after init() and at every reconfigure. */
EXPORT int jobcomp_p_set_location(JOBCOMP_SET_LOCATION_ARGS)
{
	if (job_view_in_slurmctld())
		recorder_configure(&recorder);
	return SLURM_SUCCESS;
}

JOBCOMP_ENTRY_POINTS(recorder_job_end(&recorder, job))

EXPORT struct xlist *jobcomp_p_get_jobs(void *job_cond)
{
	(void)job_cond;
	slurm_info(
		"otel: completed jobs are traces at the OpenTelemetry backend; jobcomp/otel keeps no list of them");
	return NULL;
}
