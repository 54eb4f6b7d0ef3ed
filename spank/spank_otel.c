/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * spank_otel.so: the symbols that Slurm looks for, and who answers in which
 * process.  No hook ever fails: a job runs whatever becomes of its trace.
 */
#include "spank/compat.h"
#include "spank/job_script.h"
#include "spank/option_table.h"
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

static void release(void)
{
	config_destroy(plugin.config);
	plugin = (struct plugin){ 0 };
}

EXPORT int slurm_spank_init(spank_t sp, int argc, char **argv)
{
	switch (spank_context()) {
	case S_CTX_REMOTE:
		step_init(&plugin);
		options_register(sp, take_option);
		break;
	case S_CTX_SLURMD:
		slurmd_init(&plugin, argc, argv);
		break;
	case S_CTX_LOCAL:
	case S_CTX_ALLOCATOR:
		/* before the options come, which the site may forbid */
		settings_load(&plugin, argc, argv, REPORT_QUIET);
		options_register(sp, take_option);
		break;
	default:
		break;
	}
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
