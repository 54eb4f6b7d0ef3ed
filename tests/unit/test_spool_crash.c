/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A crash at every step: a child does one thing to the spool and is killed at
 * its first system call, then at its second, and so on until it gets through.
 * After each, another process takes over, and the books must balance.
 */
#include "config.h"

#include "spool_steps.h"

TestSuite(spool_crash, .init = steps_setup);

/* For each stop: a new spool, prepared; work, killed; verify. */
static void at_every_step(void (*prepare)(void), void (*work)(void),
			  void (*verify)(bool through))
{
	bool through = false;
	int stop;

	/* A stop before a call is as good as the one after the call before. */
	for (stop = 0; !through; stop += 2) {
		pid_t child;

		spool_setup();
		memset(handled, 0, RECORDS_MAX);
		prepare();
		child = steps_run(work, stop);
		through = child == 0;
		if (child)
			steps_kill(child);
		verify(through);
		spool_teardown();
	}
	cr_assert_gt(stop, 40, "only %d stops: was anything done?", stop);
}

/* ---- the agent ------------------------------------------------------------
 */

enum { AGENT_RECORDS = 12 };

static void prepare_agent(void)
{
	uint32_t n = 0;

	for (uint64_t number = 1; number <= 3; number++) {
		while (n < number * 3)
			put(n++);
		if (number == 2)
			file_append("current", "torn", 4);
		set_aside_as(number);
	}
	while (n < AGENT_RECORDS)
		put(n++);
}

static void agent(void)
{
	if (deliver(handled, 2) < 0)
		_exit(1);
}

static void verify_agent(bool through)
{
	uint8_t marks[RECORDS_MAX] = { 0 };

	deliver_rest(marks);
	for (int i = 0; i < AGENT_RECORDS; i++)
		cr_assert(handled[i] || marks[i], "record %d is lost", i);
	cr_assert_leq(stats().torn_runs, 1);
	cr_assert_eq(stats().dropped_records, 0);
	if (through) {
		cr_assert_eq(count_marks(marks), 0);
		cr_assert_eq(stats().torn_bytes, 4);
	}
	/* What comes next is neither taken for old nor numbered so. */
	put(100);
	deliver_rest(marks);
	cr_assert_eq(marks[100], 1);
}

Test(spool_crash, agent)
{
	at_every_step(prepare_agent, agent, verify_agent);
}

/* ---- a writer that finds everything full ----------------------------------
 */

static void verify_writer(bool through)
{
	/* The lock of the dead is free, and its work is finished by whoever
	 * next finds current full. */
	for (uint32_t i = 0; i <= PER_SEGMENT; i++)
		put_large(&small, LATER + i);
	cr_assert_leq(stats().bytes, small.max_size);
	cr_assert_gt(stats().dropped_records, 0);
	deliver_rest(handled);
	balance(FULL + PER_SEGMENT + 1 + handled[CHILDS]);
	if (through)
		cr_assert_eq(handled[CHILDS], 1);
}

/* Only the agent comes after, and finds what a dead trimmer left. */
static void verify_agent_after_writer(bool through)
{
	deliver_rest(handled);
	balance(FULL + handled[CHILDS]);
	if (through)
		cr_assert_eq(handled[CHILDS], 1);
	put_large(&small, LATER);
	deliver_rest(handled);
	cr_assert_eq(handled[LATER], 1);
}

Test(spool_crash, writer_that_trims)
{
	at_every_step(prepare_full, append_childs, verify_writer);
}

Test(spool_crash, writer_that_trims_then_agent)
{
	at_every_step(prepare_full, append_childs, verify_agent_after_writer);
}

/* ---- the first start ------------------------------------------------------
 */

static void prepare_nothing(void)
{
}

static void first_start(void)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/sub", spool.path);
	fd = spool_open_dir(path, true, geteuid() ? geteuid() : 12345, 12345,
			    &err);
	if (fd < 0 || spool_append(fd, &roomy, SPOOL_SPAN, 1, "x", 1, &err) < 0)
		_exit(1);
}

static void verify_start(bool through)
{
	pid_t child = fork();
	struct stat st;
	int status;

	(void)through;
	if (!child) {
		first_start();
		_exit(0);
	}
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_assert_eq(status, 0);
	cr_assert_eq(fstatat(spool.fd, "sub/current", &st, 0), 0);
	cr_assert_gt(st.st_size, 0);
	if (geteuid() == 0)
		cr_assert_eq(st.st_uid, 12345);
}

Test(spool_crash, first_start)
{
	at_every_step(prepare_nothing, first_start, verify_start);
}
