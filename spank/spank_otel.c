/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * spank_otel.so: the symbols that Slurm looks for, and who answers in which
 * process.  No hook ever fails: a job runs whatever becomes of its trace.
 */
#include "spank/compat.h"
#include "spank/job_script.h"
#include "spank/plugin.h"
#include "spank/settings.h"
#include "spank/slurmd.h"
#include "spank/submit.h"

#define EXPORT __attribute__((visibility("default")))

#pragma GCC visibility push(default)
SPANK_PLUGIN(otel, 1)
#pragma GCC visibility pop

static struct plugin plugin;

/* In slurmstepd a second time, with what srun sent along: that is not how our
 * options travel. */
static int take_option(int option, const char *value, int remote)
{
	if (remote)
		return ESPANK_SUCCESS;
	return submit_take_option(&plugin, (enum option_id)option, value) < 0
		       ? ESPANK_BAD_ARG
		       : ESPANK_SUCCESS;
}

EXPORT struct spank_option spank_options[] = {
	{ "trace", "on|off|detail",
	  "trace this job (or step), do not, or with every node and task", 1,
	  OPTION_TRACE, take_option },
	{ "trace-parent", "traceparent|new",
	  "continue that trace (W3C traceparent), or begin a new one", 1,
	  OPTION_PARENT, take_option },
	{ "trace-attr", "key=value",
	  "attribute for the span of the job (or step); may be repeated", 1,
	  OPTION_ATTR, take_option },
	SPANK_OPTIONS_TABLE_END
};

static void release(void)
{
	config_destroy(plugin.config);
	plugin = (struct plugin){ 0 };
}

EXPORT int slurm_spank_init(spank_t sp, int argc, char **argv)
{
	(void)sp;
	if (spank_context() == S_CTX_REMOTE)
		step_init(&plugin);
	else if (spank_context() == S_CTX_SLURMD)
		slurmd_init(&plugin, argc, argv);
	else /* before the options, which the site may forbid */
		settings_load(&plugin, argc, argv, REPORT_QUIET);
	return ESPANK_SUCCESS;
}

EXPORT int slurm_spank_init_post_opt(spank_t sp, int argc, char **argv)
{
	switch (spank_context()) {
	case S_CTX_REMOTE:
		if (settings_load(&plugin, argc, argv, slurmd_step_report()))
			step_init_post_opt(&plugin, sp);
		break;
	case S_CTX_LOCAL:
	case S_CTX_ALLOCATOR:
		submit_forget_options(sp);
		if (settings_load(&plugin, argc, argv, REPORT_QUIET))
			submit_job(&plugin, sp);
		break;
	default:
		break;
	}
	return ESPANK_SUCCESS;
}

EXPORT int slurm_spank_task_exit(spank_t sp, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	step_task_exit(&plugin, sp);
	return ESPANK_SUCCESS;
}

EXPORT int slurm_spank_exit(spank_t sp, int argc, char **argv)
{
	(void)sp;
	(void)argc;
	(void)argv;
	if (spank_context() == S_CTX_REMOTE)
		step_exit(&plugin);
	release();
	return ESPANK_SUCCESS;
}

EXPORT int slurm_spank_job_prolog(spank_t sp, int argc, char **argv)
{
	if (settings_load(&plugin, argc, argv, REPORT_QUIET))
		job_prolog(&plugin, sp);
	return ESPANK_SUCCESS;
}

EXPORT int slurm_spank_job_epilog(spank_t sp, int argc, char **argv)
{
	if (settings_load(&plugin, argc, argv, REPORT_QUIET))
		job_epilog(&plugin, sp);
	return ESPANK_SUCCESS;
}

EXPORT int slurm_spank_slurmd_exit(spank_t sp, int argc, char **argv)
{
	(void)sp;
	(void)argc;
	(void)argv;
	release();
	return ESPANK_SUCCESS;
}
