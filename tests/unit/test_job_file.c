/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The job's context on a node, and who may not put one there. */
#include "spank/job_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>

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
				 .restart = 2,
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
	cr_assert_eq(got.restart, 2);
	cr_assert_eq(got.prolog_ns, file.prolog_ns);
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
