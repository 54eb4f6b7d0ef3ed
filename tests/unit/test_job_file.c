/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The job's context on a node, and who may not put one there. */
#include "spank/job_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "spank/job_file_private.h"
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

TestSuite(job_file, .init = start, .fini = stop);

static struct job_file sample(void)
{
	struct job_file file = { .cluster = "demo",
				 .partition = "main",
				 .uid = 1000,
				 .restart = 2,
				 .sluid = "s028T5CY4TQKFF",
				 .prolog_ns = 1700000000000000001 };

	cr_assert_eq(
		job_context_load(
			"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01;t=5",
			"a=1", "k=v", &file.context),
		0);
	return file;
}

Test(job_file, is_not_there_before_the_prolog)
{
	struct job_file got;

	cr_assert_eq(job_file_read(dir.fd, 7, &got, &err), 0);
	cr_assert_eq(job_file_remove(dir.fd, 7, &err), 0);
	cr_assert_eq(job_file_read(-1, 7, &got, &err), -1);
}

Test(job_file, comes_back_as_written)
{
	struct job_file file = sample(), got;

	cr_assert_eq(job_file_write(dir.fd, 7, &file, &err), 0, "%s", err.msg);
	cr_assert_eq(job_file_read(dir.fd, 7, &got, &err), 1, "%s", err.msg);
	cr_assert_str_eq(got.cluster, "demo");
	cr_assert_str_eq(got.partition, "main");
	cr_assert_eq(got.uid, 1000);
	cr_assert_eq(got.restart, 2);
	cr_assert_str_eq(got.sluid, "s028T5CY4TQKFF");
	cr_assert_eq(got.prolog_ns, file.prolog_ns);
	cr_assert_not(got.state.setup);
	cr_assert_eq(got.state.kind, JOB_KIND_UNKNOWN);
	cr_assert_eq(got.context.submit_ns, 5);
	cr_assert(
		trace_id_equal(&got.context.trace_id, &file.context.trace_id));
	cr_assert(
		span_id_equal(&got.context.parent_id, &file.context.parent_id));
	cr_assert_str_eq(got.context.tracestate, "a=1");
	cr_assert_str_eq(got.context.baggage, "k=v");
	cr_assert_eq(job_file_read(dir.fd, 8, &got, &err), 0);
}

Test(job_file, holds_the_longest_values)
{
	struct job_file file = sample(), got;

	memset(file.context.baggage, 'b', BAGGAGE_MAX);
	file.context.baggage[1] = '=';
	memset(file.cluster, 'c', CLUSTER_NAME_MAX);
	cr_assert_eq(job_file_write(dir.fd, 7, &file, &err), 0, "%s", err.msg);
	cr_assert_eq(job_file_read(dir.fd, 7, &got, &err), 1, "%s", err.msg);
	cr_assert_str_eq(got.context.baggage, file.context.baggage);
	cr_assert_str_eq(got.cluster, file.cluster);
}

Test(job_file, is_replaced_by_the_next_attempt_and_removed)
{
	struct job_file file = sample(), got;

	cr_assert_eq(job_file_write(dir.fd, 7, &file, &err), 0);
	file.restart = 3;
	cr_assert_eq(job_file_write(dir.fd, 7, &file, &err), 0);
	cr_assert_eq(job_file_read(dir.fd, 7, &got, &err), 1);
	cr_assert_eq(got.restart, 3);
	cr_assert_eq(job_file_remove(dir.fd, 7, &err), 0);
	cr_assert_eq(job_file_read(dir.fd, 7, &got, &err), 0);
}

static void put(const char *text)
{
	int fd;

	mkdirat(dir.fd, "jobs", 0700);
	fd = openat(dir.fd, "jobs/7", O_WRONLY | O_CREAT | O_TRUNC, 0600);
	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

Test(job_file, that_is_damaged_is_an_error)
{
	static const char *const bad[] = { "",           "\n",
					   "context=\n", "cluster=demo\n",
					   "context",    "\n\n\ncontext=x\n" };
	struct job_file got;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		put(bad[i]);
		err.msg[0] = '\0';
		cr_assert_eq(job_file_read(dir.fd, 7, &got, &err), -1);
		cr_assert(strstr(err.msg, "damaged"), "%zu: %s", i, err.msg);
	}
}

Test(job_file, refuses_links_and_fifos)
{
	struct job_file file = sample(), got;

	cr_assert_eq(job_file_write(dir.fd, 7, &file, &err), 0);
	cr_assert_eq(symlinkat("7", dir.fd, "jobs/8"), 0);
	cr_assert_eq(job_file_read(dir.fd, 8, &got, &err), -1);
	cr_assert_eq(mkfifoat(dir.fd, "jobs/9", 0600), 0);
	cr_assert_eq(job_file_read(dir.fd, 9, &got, &err), -1);
	cr_assert_eq(linkat(dir.fd, "jobs/7", dir.fd, "jobs/10", 0), 0);
	cr_assert_eq(job_file_read(dir.fd, 10, &got, &err), -1);
	/* and is not led astray when it writes */
	cr_assert_eq(job_file_write(dir.fd, 8, &file, &err), 0);
	cr_assert_eq(job_file_read(dir.fd, 8, &got, &err), 1, "%s", err.msg);
}

Test(job_file, refuses_a_directory_that_others_write_to)
{
	struct job_file file = sample(), got;

	cr_assert_eq(mkdirat(dir.fd, "jobs", 0700), 0);
	cr_assert_eq(fchmodat(dir.fd, "jobs", 0777, 0), 0);
	cr_assert_eq(job_file_write(dir.fd, 7, &file, &err), -1);
	cr_assert_eq(job_file_read(dir.fd, 7, &got, &err), -1);
}

Test(job_file, refuses_a_directory_of_somebody_else)
{
	struct job_file file = sample(), got;

	if (geteuid() != 0)
		cr_skip("only root can give directories away");
	cr_assert_eq(mkdirat(dir.fd, "jobs", 0700), 0);
	cr_assert_eq(fchownat(dir.fd, "jobs", 12345, 12345, 0), 0);
	cr_assert_eq(job_file_write(dir.fd, 7, &file, &err), -1);
	cr_assert_eq(job_file_read(dir.fd, 7, &got, &err), -1);
	cr_assert(strstr(err.msg, "not ours"), "%s", err.msg);
}

Test(job_file, of_an_earlier_version_has_no_state)
{
	struct job_file got;

	put("context=00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01\n"
	    "cluster=demo\nrestart=3\nprolog=5\ntracestate=\nbaggage=\n");
	cr_assert_eq(job_file_read(dir.fd, 7, &got, &err), 1, "%s", err.msg);
	cr_assert_eq(got.restart, 3);
	cr_assert_eq(got.uid, JOB_UID_UNKNOWN);
	cr_assert_str_eq(got.partition, "");
	cr_assert_not(got.state.setup);
}

/* ---- state -----------------------------------------------------------------
 */

Test(job_file, state_has_one_form)
{
	static const char good[] = "setup=1\nspans=0000000012\n"
				   "dropped=4294967295\n"
				   "array=+:0000000040:4294967295\n";
	struct job_state state, before;
	struct buf out = BUF_INIT;
	char text[sizeof(good)];

	cr_assert_eq(sizeof(good) - 1, JOB_STATE_LEN);
	cr_assert_eq(job_state_parse(good, &state), 0);
	cr_assert(state.setup);
	cr_assert_eq(state.spans, 12);
	cr_assert_eq(state.dropped, UINT32_MAX);
	cr_assert_eq(state.kind, JOB_KIND_ARRAY_TASK);
	cr_assert_eq(state.array_job_id, 40);
	cr_assert_eq(state.array_task_id, UINT32_MAX);
	job_state_format(&state, &out);
	cr_assert_eq(out.len, JOB_STATE_LEN);
	cr_assert_eq(memcmp(out.data, good, JOB_STATE_LEN), 0);
	buf_free(&out);
	/* any other byte anywhere, digits for digits aside */
	before = state;
	for (size_t i = 0; i < JOB_STATE_LEN; i++) {
		static const char wrong[] = {
			'\0', 'x', '\n', '=', ' ', '\xff'
		};

		for (size_t j = 0; j < sizeof(wrong); j++) {
			memcpy(text, good, sizeof(good));
			if (text[i] == wrong[j])
				continue;
			text[i] = wrong[j];
			cr_assert_eq(job_state_parse(text, &state), -1,
				     "%zu %d", i, wrong[j]);
		}
	}
	memcpy(text, good, sizeof(good));
	memcpy(strstr(text, "4294967295"), "4294967296", 10);
	cr_assert_eq(job_state_parse(text, &state), -1);
	cr_assert_eq(memcmp(&before, &state, sizeof(state)), 0);
}

static void add_one(struct job_state *state, void *arg)
{
	int *calls = arg;

	(*calls)++;
	state->spans++;
	state->setup = false;
	state->kind = JOB_KIND_PLAIN;
}

Test(job_file, state_is_changed_in_place)
{
	struct job_file file = sample(), got;
	int calls = 0;

	file.state.setup = true;
	cr_assert_eq(job_file_change(dir.fd, 7, add_one, &calls, &err), 0);
	cr_assert_eq(job_file_write(dir.fd, 7, &file, &err), 0);
	cr_assert_eq(job_file_change(dir.fd, 8, add_one, &calls, &err), 0);
	cr_assert_eq(calls, 0);
	cr_assert_eq(job_file_change(dir.fd, 7, add_one, &calls, &err), 1);
	cr_assert_eq(job_file_change(dir.fd, 7, add_one, &calls, &err), 1);
	cr_assert_eq(calls, 2);
	cr_assert_eq(job_file_read(dir.fd, 7, &got, &err), 1);
	cr_assert_eq(got.state.spans, 2);
	cr_assert_not(got.state.setup);
	cr_assert_eq(got.state.kind, JOB_KIND_PLAIN);
	cr_assert_str_eq(got.context.baggage, "k=v");
	cr_assert_eq(got.prolog_ns, file.prolog_ns);
}

Test(job_file, state_of_a_strange_file_is_not_touched)
{
	int calls = 0;

	put("context=00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01\n"
	    "cluster=demo\nrestart=3\nprolog=5\ntracestate=\nbaggage=\n");
	cr_assert_eq(job_file_change(dir.fd, 7, add_one, &calls, &err), -1);
	cr_assert_eq(symlinkat("7", dir.fd, "jobs/8"), 0);
	cr_assert_eq(job_file_change(dir.fd, 8, add_one, &calls, &err), -1);
	cr_assert_eq(calls, 0);
}

Test(job_file, state_that_stays_locked_is_given_up)
{
	struct job_file file = sample();
	int calls = 0, fd;

	cr_assert_eq(job_file_write(dir.fd, 7, &file, &err), 0);
	fd = openat(dir.fd, "jobs/7", O_RDONLY);
	cr_assert_eq(flock(fd, LOCK_EX), 0);
	cr_assert_eq(job_file_change(dir.fd, 7, add_one, &calls, &err), -1);
	cr_assert(strstr(err.msg, "stays locked"), "%s", err.msg);
	close(fd);
	cr_assert_eq(job_file_change(dir.fd, 7, add_one, &calls, &err), 1);
	cr_assert_eq(calls, 1);
}

Test(job_file, state_is_changed_by_one_at_a_time)
{
	struct job_file file = sample(), got;
	int calls = 0, status, failed = 0;

	cr_assert_eq(job_file_write(dir.fd, 7, &file, &err), 0);
	for (int child = 0; child < 4; child++)
		if (fork() == 0) {
			for (int i = 0; i < 200; i++)
				/* who has it may be waiting for a processor */
				while (job_file_change(dir.fd, 7, add_one,
						       &calls, &err) != 1)
					if (!strstr(err.msg, "stays locked"))
						_exit(1);
			_exit(0);
		}
	while (wait(&status) > 0)
		failed += status != 0;
	cr_assert_eq(failed, 0);
	cr_assert_eq(job_file_read(dir.fd, 7, &got, &err), 1);
	cr_assert_eq(got.state.spans, 800);
}

/* ---- after a crash of the node ---------------------------------------------
 */

Test(job_file, sweep_takes_those_of_another_boot)
{
	struct job_file file = sample();

	cr_assert_eq(job_files_sweep(dir.fd, &err), 0);
	cr_assert_eq(job_files_sweep(-1, &err), -1);
	cr_assert_eq(job_file_write(dir.fd, 1, &file, &err), 0);
	boot_id_read(file.boot_id);
	cr_assert_eq(job_file_write(dir.fd, 2, &file, &err), 0);
	file.boot_id[0] ^= 1;
	cr_assert_eq(job_file_write(dir.fd, 3, &file, &err), 0);
	cr_assert_eq(job_file_write(dir.fd, 4, &file, &err), 0);
	cr_assert_eq(renameat(dir.fd, "jobs/4", dir.fd, "jobs/4x"), 0);
	cr_assert_eq(job_files_sweep(dir.fd, &err), 1, "%s", err.msg);
	cr_assert_eq(job_file_read(dir.fd, 1, &file, &err), 1,
		     "boot not known");
	cr_assert_eq(job_file_read(dir.fd, 2, &file, &err), 1, "this boot");
	cr_assert_eq(job_file_read(dir.fd, 3, &file, &err), 0);
	cr_assert_eq(faccessat(dir.fd, "jobs/4x", F_OK, 0), 0, "not ours");
	cr_assert_eq(job_files_sweep(dir.fd, &err), 0);
}
