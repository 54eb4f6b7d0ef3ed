/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The slurmctld that the plugin is in: whether it is the one that we were built
 * for, what it is doing, and what of its configuration we need; see job_view.h.
 */
#include "jobcomp/job_view_slurm.h"

#include <stdarg.h>
#include <stdio.h>

#include "jobcomp/job_view.h"

static int __attribute__((format(printf, 2, 3)))
is_another(struct err *err, const char *format, ...)
{
	const uint32_t version = SLURM_VERSION_NUMBER;
	char what[64];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	return err_set(
		err,
		"job_record_t of this slurmctld has another layout (%s): this plugin was built for another Slurm, from the sources of %02u.%02u.%u",
		what, version >> 16, version >> 8 & 0xff, version & 0xff);
}

int job_view_verify(struct job_record *job, struct err *err)
{
	/* what slurmctld asked its allocator for */
	const size_t size = xsize(job);

	if (size != sizeof(*job))
		return is_another(err, "size %zu and not %zu", size,
				  sizeof(*job));
	if (job->magic != JOB_MAGIC)
		return is_another(err, "magic 0x%x", job->magic);
	if (find_job_record(job->job_id) != job)
		return is_another(err, "job id %u is not found again",
				  job->job_id);
	return 0;
}

/* slurmctld's own, set by `slurmctld -t`; absent in other programs. */
extern bool test_config __attribute__((weak));

bool job_view_in_config_test(void)
{
	return &test_config && test_config;
}

bool job_view_in_slurmctld(void)
{
	return running_in_slurmctld() && !job_view_in_config_test();
}

bool job_view_has_epilogs(void)
{
	return !(slurm_conf.prolog_flags & PROLOG_FLAG_RUN_IN_JOB);
}

const char *job_view_plugin_dir(void)
{
	return slurm_conf.plugindir;
}

char *job_view_jobcomp_loc(void)
{
	return slurm_conf.job_comp_loc;
}

const char *job_view_cluster(void)
{
	return slurm_conf.cluster_name;
}
