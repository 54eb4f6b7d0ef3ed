/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The time all hooks of a step take in slurmstepd, as a ratio to what a step
 * costs anyway: a fork, an exec of /bin/true and a wait.  Slurm is the fake of
 * the unit tests; configuration, job file and spool are real.
 *
 * Usage: bench_hooks DIR (with DIR/otel.conf and DIR/spool/slurmd)
 */
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "bench/bench.h"
#include "fake_spank.h"

#define STEPS 3000
#define WARM_UP 100

extern char **environ;

static char config_argument[512];

static void set_up_step(uint32_t job_id)
{
	static char *argv[] = { "/usr/bin/application", NULL };

	fake_spank_reset(S_CTX_REMOTE);
	fake.job_id = job_id;
	fake.step_id = 0;
	fake.nnodes = 4;
	fake.ntasks = 128;
	fake.local_ntasks = 32;
	fake.argv = argv;
	fake_spank_setenv("PATH", "/usr/bin");
	fake_spank_setenv("SLURM_JOB_ID", "1");
	fake_spank_setenv(
		"TRACEPARENT",
		"00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01");
	fake_spank_setenv(
		"SLURM_SPANK_OTEL_CONTEXT",
		"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01;t=1");
}

static void run_hooks(void)
{
	char *argv[] = { config_argument, NULL };

	slurm_spank_init(NULL, 1, argv);
	slurm_spank_init_post_opt(NULL, 1, argv);
	for (int task = 0; task < 32; task++) {
		fake.task_local = task;
		fake.task_pid = 1000 + task;
		slurm_spank_task_post_fork(NULL, 1, argv);
	}
	for (int task = 0; task < 32; task++) {
		fake.task_local = task;
		slurm_spank_task_exit(NULL, 1, argv);
	}
	slurm_spank_exit(NULL, 1, argv);
}

static void run_true(void)
{
	char *argv[] = { "true", NULL };
	pid_t pid;

	if (posix_spawn(&pid, "/bin/true", NULL, NULL, argv, environ) == 0)
		waitpid(pid, NULL, 0);
}

static void prolog(void)
{
	char *argv[] = { config_argument, NULL };

	fake_spank_reset(S_CTX_JOB_SCRIPT);
	fake.job_id = 1;
	setenv("SPANK_OTEL_CONTEXT",
	       "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01;t=1",
	       1);
	setenv("SLURM_CLUSTER_NAME", "bench", 1);
	slurm_spank_job_prolog(NULL, 1, argv);
}

int main(int argc, char **argv)
{
	struct sample hooks, step;

	if (argc != 2) {
		fprintf(stderr, "usage: %s DIR\n", argv[0]);
		return 2;
	}
	snprintf(config_argument, sizeof(config_argument),
		 "config=%s/otel.conf", argv[1]);
	sample_init(&hooks, STEPS);
	sample_init(&step, STEPS);
	prolog();
	for (int i = 0; i < STEPS + WARM_UP; i++) {
		uint64_t since;

		set_up_step(1);
		since = bench_now();
		run_hooks();
		if (i >= WARM_UP)
			sample_add(&hooks, since);
		since = bench_now();
		run_true();
		if (i >= WARM_UP)
			sample_add(&step, since);
	}
	if (*fake.log)
		fprintf(stderr, "the plugin said: %s", fake.log);
	printf("hooks of a step, 32 tasks     median %8.1f us   p99 %8.1f us\n",
	       sample_percentile(&hooks, 0.5), sample_percentile(&hooks, 0.99));
	printf("fork, exec and wait for true  median %8.1f us   p99 %8.1f us\n",
	       sample_percentile(&step, 0.5), sample_percentile(&step, 0.99));
	printf("ratio hooks / true            %.3f\n",
	       sample_percentile(&hooks, 0.5) / sample_percentile(&step, 0.5));
	sample_free(&hooks);
	sample_free(&step);
	return *fake.log ? 1 : 0;
}
