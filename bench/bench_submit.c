/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Submits a held batch job for each line of its input, through Slurm's C API
 * and with the environment it was started with, and prints the id and how many
 * microseconds slurmctld took: without the fork and exec of sbatch, which cost
 * far more.
 */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "slurm_api.h"
#include "util/clock.h"

extern char **environ;

static uint32_t count_environment(void)
{
	uint32_t n = 0;

	while (environ[n])
		n++;
	return n;
}

static void describe(job_desc_msg_t *job)
{
	slurm_init_job_desc_msg(job);
	job->name = (char *)"bench";
	job->script = (char *)"#!/bin/sh\ntrue\n";
	job->work_dir = (char *)"/";
	job->std_out = (char *)"/dev/null";
	job->user_id = getuid();
	job->group_id = getgid();
	job->min_nodes = 1;
	job->priority = 0; /* held */
	job->environment = environ;
	job->env_size = count_environment();
}

static int submit(void)
{
	submit_response_msg_t *answer = NULL;
	uint64_t start;
	job_desc_msg_t job;

	describe(&job);
	start = clock_monotonic_ns();
	if (slurm_submit_batch_job(&job, &answer) != SLURM_SUCCESS)
		return -1;
	printf("%u %" PRIu64 "\n", ANSWERED_JOB_ID(answer),
	       (clock_monotonic_ns() - start) / 1000);
	fflush(stdout);
	slurm_free_submit_response_response_msg(answer);
	return 0;
}

int main(void)
{
	int c;

	slurm_init(NULL);
	while ((c = getchar()) != EOF) {
		if (c == '\n' && submit() < 0) {
			slurm_perror("bench_submit");
			return 1;
		}
	}
	return 0;
}
