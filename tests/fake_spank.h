/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A Slurm process that tests and benchmarks can set up: the functions of
 * spank.h that the plugin calls, answering from one structure.
 */
#ifndef OTEL_TESTS_FAKE_SPANK_H
#define OTEL_TESTS_FAKE_SPANK_H

#include <stdint.h>

#include <slurm/slurm.h>
#include <slurm/spank.h>

#define FAKE_ENV_MAX 64
#define FAKE_OPTIONS_MAX 8
#define FAKE_LOG_SIZE 8192

struct fake_spank {
	spank_context_t context;
	uint32_t job_id, step_id, node_id, nnodes, ntasks, local_ntasks;
	uint32_t array_job_id, array_task_id;
	int task_status;
	uint32_t task_rank;
	int task_local, task_pid;
	char **argv;
	/* the step's environment, NULL-terminated, strings owned */
	char *env[FAKE_ENV_MAX + 1];
	/* what S_JOB_ENV gave last; empty once spank_setenv() was called, since
	 * Slurm may have moved the list then */
	char *shown[FAKE_ENV_MAX + 1];
	/* what spank_job_control_setenv() was given: "NAME=value", owned */
	char *job_control[FAKE_ENV_MAX + 1];
	/* what spank_option_register() was given; its texts are borrowed */
	struct spank_option options[FAKE_OPTIONS_MAX];
	int n_options;
	/* everything that was logged, a line each */
	char log[FAKE_LOG_SIZE];
};

extern struct fake_spank fake;

/* Empty, in the given context, array_task_id = NO_VAL. */
void fake_spank_reset(spank_context_t context);
void fake_spank_setenv(const char *name, const char *value);
/* NULL when it is not there. */
const char *fake_spank_getenv(const char *name);
const char *fake_spank_job_control(const char *name);

#endif
