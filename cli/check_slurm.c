/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Holds the configuration against slurm.conf; see check_slurm.h. */
#include "cli/check_slurm.h"

#include "host/slurm_conf.h"

static void check_rules(void (*warn)(const char *message, void *arg), void *arg)
{
	static const char *const ours[] = { "otel", "job_submit/otel", NULL };
	int found = slurm_conf_names("JobSubmitPlugins", ours, NULL);

	if (found == 0)
		warn("SampleRule and MaxTracesPerSecond do nothing: slurm.conf "
		     "has no JobSubmitPlugins=otel",
		     arg);
	if (found != 1 || slurm_conf_prolog_at_allocation())
		return;
	if (slurm_conf_prolog_in_job())
		warn("SampleRule and MaxTracesPerSecond are not applied to jobs "
		     "of srun and salloc with spank_otel.so: slurm.conf has "
		     "PrologFlags=RunInJob",
		     arg);
	else
		warn("SampleRule and MaxTracesPerSecond are not applied to jobs "
		     "of srun and salloc with spank_otel.so: slurm.conf has no "
		     "PrologFlags=Alloc",
		     arg);
}

void check_slurm(const struct config *config,
		 void (*warn)(const char *message, void *arg), void *arg)
{
	if (config->sample_rules.n || config->max_traces_per_second)
		check_rules(warn, arg);
	if (!slurm_conf_prolog_in_job())
		return;
	if (config->sample_errors)
		warn("SampleErrors: with PrologFlags=RunInJob in slurm.conf no "
		     "node is told that a job failed; each releases the spans of "
		     "that job where one of them is an error, and drops the others",
		     arg);
	if (config->detail > DETAIL_STEP)
		warn("Detail: with PrologFlags=RunInJob in slurm.conf a job has "
		     "no slurm.node span of its own, only its steps have",
		     arg);
}
