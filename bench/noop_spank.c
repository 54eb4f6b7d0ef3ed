/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A SPANK plugin with our hooks and nothing in them: what any plugin costs. */
#include <slurm/slurm_version.h>
#include <slurm/spank.h>

#define EXPORT __attribute__((visibility("default")))

#pragma GCC visibility push(default)
SPANK_PLUGIN(noop, 1)
#pragma GCC visibility pop

#define NOOP(hook)                                                             \
	EXPORT int hook(spank_t sp, int argc, char **argv)                     \
	{                                                                      \
		(void)sp;                                                      \
		(void)argc;                                                    \
		(void)argv;                                                    \
		return ESPANK_SUCCESS;                                         \
	}

NOOP(slurm_spank_init)
NOOP(slurm_spank_init_post_opt)
NOOP(slurm_spank_task_exit)
NOOP(slurm_spank_exit)
NOOP(slurm_spank_job_prolog)
NOOP(slurm_spank_job_epilog)
