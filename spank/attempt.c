/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Learns a batch step's restart count from its task; see attempt.h. */
#include "spank/attempt.h"

#include <sys/mman.h>

#include "spank/compat.h"
#include "spank/step.h"
#include "spank/step_context.h"
#include "spank/step_env.h"

void attempt_watch(struct step *step)
{
	void *memory;

	if (step->step_id != SLURM_BATCH_SCRIPT ||
	    (step->job.prolog_ns && !step->job.by_extern))
		return;
	memory = mmap(NULL, sizeof(*step->told_restart), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (memory != MAP_FAILED)
		step->told_restart = memory;
}

void attempt_tell(struct step *step, spank_t sp)
{
	char **env = NULL;
	uint32_t restart;

	if (!step->told_restart)
		return;
	spank_get_item(sp, S_JOB_ENV, &env);
	restart = step_context_restart(env);
	if (restart == step->job.restart)
		return;
	*step->told_restart = restart;
	step_context_attempt(step, restart);
	step_env_name_parent(sp, step);
}

void attempt_learn(struct step *step)
{
	if (!step->told_restart)
		return;
	if (*step->told_restart)
		step_context_attempt(step, *step->told_restart);
	munmap(step->told_restart, sizeof(*step->told_restart));
	step->told_restart = NULL;
}
