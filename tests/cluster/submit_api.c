/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Submits through Slurm's C API, where no SPANK plugin has a say: a batch job,
 * or with "allocate" an allocation that is given back at once.  Prints the
 * job's id.  usage: submit_api [allocate|hold] [NAME=VALUE...]; what follows
 * is the whole environment of the batch job.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "slurm_api.h"

static void describe(job_desc_msg_t *job)
{
	slurm_init_job_desc_msg(job);
	job->name = "api";
	job->user_id = getuid();
	job->group_id = getgid();
	job->min_nodes = 1;
	job->work_dir = "/tmp";
}

static int submit(int held, int env_size, char **env)
{
	submit_response_msg_t *answer = NULL;
	job_desc_msg_t job;

	describe(&job);
	job.script = "#!/bin/sh\nsrun -n1 true\n";
	job.std_out = "/dev/null";
	job.environment = env;
	job.env_size = (uint32_t)env_size;
	if (held)
		job.priority = 0;
	if (slurm_submit_batch_job(&job, &answer) != SLURM_SUCCESS)
		return -1;
	printf("%u\n", ANSWERED_JOB_ID(answer));
	slurm_free_submit_response_response_msg(answer);
	return 0;
}

static int allocate(void)
{
	resource_allocation_response_msg_t *answer;
	job_desc_msg_t job;

	describe(&job);
	answer = allocate_blocking(&job, 30);
	if (!answer)
		return -1;
	printf("%u\n", ANSWERED_JOB_ID(answer));
	return complete_job(ANSWERED_JOB_ID(answer), 0);
}

int main(int argc, char **argv)
{
	int held = argc > 1 && !strcmp(argv[1], "hold");
	int allocates = argc > 1 && !strcmp(argv[1], "allocate");
	int first = 1 + (held || allocates);
	int rc;

	slurm_init(NULL);
	rc = allocates ? allocate() : submit(held, argc - first, argv + first);
	if (rc != 0)
		slurm_perror("submit_api");
	return rc != 0;
}
