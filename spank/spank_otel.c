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
		if (settings_load(&plugin, argc, argv, REPORT_QUIET))
			submit_job(&plugin, sp);
		break;
	default:
		break;
	}
	return ESPANK_SUCCESS;
}

EXPORT int slurm_spank_task_init(spank_t sp, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	step_task_init(&plugin, sp);
	return ESPANK_SUCCESS;
}

EXPORT int slurm_spank_task_post_fork(spank_t sp, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	step_task_post_fork(&plugin, sp);
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
