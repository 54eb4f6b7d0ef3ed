/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of attempts, and the batch steps that ask it. */
#include "spank/attempts.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "spank/compat.h"
#include "spank/job_file.h"
#include "spank/step_context.h"
#include "temp_dir.h"

static struct temp_dir dir;
static struct err err;

static void start(void)
{
	temp_dir_make(&dir);
}

static void stop(void)
{
	temp_dir_remove(&dir);
}

TestSuite(attempts, .init = start, .fini = stop);

static void note(uint32_t job_id, uint32_t restart)
{
	cr_assert_eq(attempts_note(dir.fd, job_id, restart, &err), 0, "%s",
		     err.msg);
}

Test(attempts, without_a_spool)
{
	cr_assert_eq(attempts_note(-1, 7, 0, &err), -1);
	cr_assert_eq(attempts_note(-1, 7, 0, NULL), -1);
	cr_assert_eq(attempts_next(-1, 7), 0);
}

Test(attempts, counts_on_from_the_last)
{
	cr_assert_eq(attempts_next(dir.fd, 7), 0);
	note(7, 0);
	cr_assert_eq(attempts_next(dir.fd, 7), 1);
	note(7, 4);
	cr_assert_eq(attempts_next(dir.fd, 7), 5);
	cr_assert_eq(attempts_next(dir.fd, 8), 0);
	note(0, 0);
	cr_assert_eq(attempts_next(dir.fd, 0), 1);
	note(9, UINT32_MAX);
	cr_assert_eq(attempts_next(dir.fd, 9), 0);
}

Test(attempts, stays_small_and_forgets_the_oldest_of_a_slot)
{
	struct stat st;

	note(7, 0);
	note(7 + 4096, 2);
	cr_assert_eq(attempts_next(dir.fd, 7), 0);
	cr_assert_eq(attempts_next(dir.fd, 7 + 4096), 3);
	note(UINT32_MAX, 0);
	cr_assert_eq(fstatat(dir.fd, "jobs/attempts", &st, 0), 0);
	cr_assert_eq(st.st_size, 32768);
	cr_assert_eq(st.st_mode & 0777, 0600);
}

Test(attempts, refuses_what_another_put_there)
{
	struct stat st;

	cr_assert_eq(mkdirat(dir.fd, "jobs", 0700), 0);
	cr_assert_eq(symlinkat("../victim", dir.fd, "jobs/attempts"), 0);
	cr_assert_eq(attempts_note(dir.fd, 7, 0, &err), -1);
	cr_assert_eq(attempts_next(dir.fd, 7), 0);
	cr_assert_neq(fstatat(dir.fd, "victim", &st, 0), 0);
	cr_assert_eq(unlinkat(dir.fd, "jobs/attempts", 0), 0);
	note(7, 0);
	cr_assert_eq(linkat(dir.fd, "jobs/attempts", dir.fd, "victim", 0), 0);
	cr_assert_eq(attempts_note(dir.fd, 7, 1, &err), -1);
	cr_assert_eq(attempts_next(dir.fd, 7), 0);
}

static struct step resolve(uint32_t step_id, char *const *env)
{
	struct config config = { 0 };
	struct step step = { .job_id = 7, .step_id = step_id };

	step_context_resolve(&config, dir.fd, env, &step, &err);
	return step;
}

/* slurmd leaves out the prolog of the second and the third attempt. */
Test(attempts, each_batch_step_has_ids_of_its_own)
{
	struct job_file file = { .cluster = "demo", .restart = 3 };
	char *inherited[] = { "SLURM_RESTART_COUNT=9", NULL };
	struct step first, second, third;

	cr_assert_eq(
		job_context_load(
			"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
			NULL, NULL, &file.context),
		0);
	cr_assert_eq(job_file_write(dir.fd, 7, &file, &err), 0, "%s", err.msg);
	first = resolve(SLURM_BATCH_SCRIPT, NULL);
	cr_assert_eq(first.job.restart, 3);
	cr_assert_eq(job_file_remove(dir.fd, 7, &err), 0);
	second = resolve(SLURM_BATCH_SCRIPT, inherited);
	cr_assert_eq(second.job.restart, 4);
	third = resolve(SLURM_BATCH_SCRIPT, NULL);
	cr_assert_eq(third.job.restart, 5);
	cr_assert_not(span_id_equal(&second.self.span_id, &third.self.span_id));
}

/* Its srun has the batch script's environment, where the count is right. */
Test(attempts, other_steps_neither_ask_nor_count)
{
	char *env[] = { "SLURM_RESTART_COUNT=2", NULL };

	note(7, 4);
	cr_assert_eq(resolve(0, env).job.restart, 2);
	cr_assert_eq(resolve(0, NULL).job.restart, 0);
	cr_assert_eq(attempts_next(dir.fd, 7), 5);
}
