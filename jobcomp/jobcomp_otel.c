/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * jobcomp_otel.so (JobCompType=jobcomp/otel): the symbols that slurmctld looks
 * for.  No call ever fails: a job ends whatever becomes of its trace.
 */
#include <slurm/slurm_errno.h>

#include "jobcomp/chain.h"
#include "jobcomp/compat.h"
#include "jobcomp/log.h"
#include "jobcomp/recorder.h"
#include "jobcomp/settings.h"

#define EXPORT __attribute__((visibility("default")))

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
static struct chain chain; /* JobCompChain: gets every call after us */

EXPORT int init(void)
{
	return SLURM_SUCCESS;
}

EXPORT int fini(void)
{
	chain_release(&chain);
	recorder_release(&recorder);
	return SLURM_SUCCESS;
}

static void configure(bool serving)
{
	struct settings settings;
	const char *next;

	settings_read(serving, &settings);
	next = settings.config ? settings.config->job_comp_chain : NULL;
	if (chain_configure(&chain, next, job_view_plugin_dir()) && serving)
		slurm_info("otel: jobcomp/%s gets every record, too", next);
	if (serving)
		recorder_configure(&recorder, &settings);
	settings_release(&settings);
}

/* Called after init() and at every reconfigure. */
EXPORT int jobcomp_p_set_location(JOBCOMP_SET_LOCATION_ARGS)
{
	/* `slurmctld -t` only tests its configuration: nothing is begun */
	if (!job_view_in_config_test())
		configure(job_view_in_slurmctld());
	chain_set_location(&chain, JOBCOMP_LOCATION(job_view_jobcomp_loc()));
	return SLURM_SUCCESS;
}

/* clang-format off */
JOBCOMP_ENTRY_POINTS({
	recorder_job_start(&recorder, job);
	chain_record_start(&chain, job, event);
}, {
	recorder_job_end(&recorder, job);
	chain_record_end(&chain, job, event);
})
/* clang-format on */

EXPORT struct xlist *jobcomp_p_get_jobs(void *job_cond)
{
	if (chain_is_loaded(&chain))
		return chain_get_jobs(&chain, job_cond);
	slurm_info(
		"otel: completed jobs are traces at the OpenTelemetry backend; jobcomp/otel keeps no list of them");
	return NULL;
}
