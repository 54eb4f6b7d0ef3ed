/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The GPUs that Slurm gave a step on this node. */
#ifndef OTEL_SPANK_STEP_GPU_H
#define OTEL_SPANK_STEP_GPU_H

#include <stdbool.h>
#include <stdint.h>

#define STEP_GPU_DEVICES_MAX 256

struct step_gpus {
	uint32_t count;                         /* 0: none, or not known */
	char devices[STEP_GPU_DEVICES_MAX + 1]; /* "0,1"; "" when not known */
};

/*
 * Reads them from the environment of a step (NULL-terminated, may be NULL,
 * hostile where no GPU is configured).  Slurm sets it before any hook runs.
 * whole_job: a batch or interactive step, which has the job's.
 */
void step_gpus_read(char *const *env, bool whole_job, struct step_gpus *ret);

#endif
