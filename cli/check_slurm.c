/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Holds the configuration against slurm.conf; see check_slurm.h. */
#include "cli/check_slurm.h"

#include "host/slurm_conf.h"

void check_slurm(const struct config *config,
		 void (*warn)(const char *message, void *arg), void *arg)
{
	static const char *const ours[] = { "otel", "job_submit/otel", NULL };
	int found;

	if (!config->sample_rules.n && !config->max_traces_per_second)
		return;
	found = slurm_conf_names("JobSubmitPlugins", ours, NULL);
	if (found == 0)
		warn("SampleRule and MaxTracesPerSecond do nothing: slurm.conf "
		     "has no JobSubmitPlugins=otel",
		     arg);
	if (found == 1 && !slurm_conf_prolog_at_allocation())
		warn("SampleRule and MaxTracesPerSecond are not applied to jobs "
		     "of srun and salloc with spank_otel.so: slurm.conf has no "
		     "PrologFlags=Alloc",
		     arg);
}
