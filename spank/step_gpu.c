/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds a step's GPUs in its environment; see step_gpu.h. */
#include "spank/step_gpu.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "spank/env_list.h"

#define DEVICE_CHARS                                                           \
	"0123456789abcdefghijklmnopqrstuvwxyz"                                 \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ-_.:/"
#define COUNT_MAX 1024

/* A list of at least one device; "-1" and "NoDevFiles" are how one says that
 * there is none to see. */
static bool is_devices(const char *text)
{
	return text && *text && strcmp(text, "-1") &&
	       strcmp(text, "NoDevFiles") &&
	       strnlen(text, STEP_GPU_DEVICES_MAX + 1) <=
		       STEP_GPU_DEVICES_MAX &&
	       !text[strspn(text, DEVICE_CHARS ",")];
}

static uint32_t count_commas(const char *text)
{
	uint32_t n = 0;

	for (; *text; text++)
		n += *text == ',';
	return n;
}

/* What Slurm says it gave, in devices of the node or, where these have no
 * files, in number alone. */
static uint32_t count_given(char *const *env)
{
	const char *text = env_get(env, "SLURM_GPUS_ON_NODE");
	unsigned long n;
	char *end;

	if (!text || *text < '0' || *text > '9')
		return 0;
	n = strtoul(text, &end, 10);
	return *end || n > COUNT_MAX ? 0 : (uint32_t)n;
}

void step_gpus_read(char *const *env, bool whole_job, struct step_gpus *ret)
{
	/* ids of the node first: the others count from 0 within a cgroup */
	const char *const names[] = {
		whole_job ? "SLURM_JOB_GPUS" : "SLURM_STEP_GPUS",
		"CUDA_VISIBLE_DEVICES",
		"ROCR_VISIBLE_DEVICES",
	};

	*ret = (struct step_gpus){ .count = count_given(env) };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *text = env_get(env, names[i]);

		if (!is_devices(text))
			continue;
		strcpy(ret->devices, text);
		if (!ret->count)
			ret->count = 1 + count_commas(text);
		return;
	}
}
