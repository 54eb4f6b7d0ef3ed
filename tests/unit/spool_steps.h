/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Halts a child at each of its system calls in turn, to kill it there or to do
 * something else meanwhile; and the work and the books of such tests.
 */
#ifndef OTEL_TESTS_SPOOL_STEPS_H
#define OTEL_TESTS_SPOOL_STEPS_H

#include "spool_support.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#define SEGMENT (64 * 1024)
#define LARGE_LEN 6000
#define LARGE_SIZE (SPOOL_HEADER_SIZE + LARGE_LEN)
#define PER_SEGMENT (SEGMENT / LARGE_SIZE)
#define RECORDS_MAX 1024

static const struct spool_options small = { .max_size = 4 * SEGMENT };

/* How often each record was delivered; shared with the children. */
static uint8_t *handled;

static inline void steps_setup(void)
{
	alarm(200);
	handled = shared_alloc(RECORDS_MAX);
}

/*
 * Lets a child do its work up to its stop'th stop; each system call has one
 * before and one after it.  Returns the halted child, or 0 when it got through.
 */
static inline pid_t steps_run(void (*work)(void), int stop)
{
	pid_t child = fork();
	int status;

	cr_assert_geq(child, 0);
	if (child == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
			_exit(77);
		raise(SIGSTOP);
		work();
		_exit(0);
	}
	for (int i = 0; i <= stop + 1; i++) {
		cr_assert_eq(waitpid(child, &status, 0), child);
		if (WIFEXITED(status))
			break;
		cr_assert(WIFSTOPPED(status), "status %x", status);
		if (i == stop + 1)
			return child;
		cr_assert_eq(ptrace(PTRACE_SYSCALL, child, NULL, NULL), 0);
	}
	if (WEXITSTATUS(status) == 77)
		cr_skip("this system does not let us trace a child");
	cr_assert_eq(status, 0, "the child failed");
	return 0;
}

static inline void steps_kill(pid_t child)
{
	int status;

	cr_assert_eq(kill(child, SIGKILL), 0);
	cr_assert_eq(waitpid(child, &status, 0), child);
}

static inline void steps_finish(pid_t child)
{
	int status;

	cr_assert_eq(ptrace(PTRACE_CONT, child, NULL, NULL), 0);
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_assert_eq(status, 0, "the child failed");
}

/* Reads to the end, marks what it saw, and commits every `step` records.
 * Returns 0, or -1 with err. */
static inline int deliver(uint8_t *marks, int step)
{
	struct spool_reader *reader = spool_reader_create(spool.fd, &err);
	struct spool_record record = { 0 };
	int r = -1, n = 0;

	while (reader && (r = spool_read(reader, &record, &err)) > 0) {
		if (!record_is_whole(&record) || record.job_id >= RECORDS_MAX)
			return err_set(&err, "a record is damaged");
		marks[record.job_id]++;
		if (++n % step == 0 &&
		    spool_commit(reader, record.segment, record.end, &err) < 0)
			return -1;
	}
	if (r == 0 && n % step)
		r = spool_commit(reader, record.segment, record.end, &err);
	spool_reader_destroy(reader);
	return r;
}

static inline void deliver_rest(uint8_t *marks)
{
	cr_assert_eq(deliver(marks, 20), 0, "%s", err.msg);
	cr_assert_eq(stats().bytes, 0);
	cr_assert_not(exists("cursor.tmp"));
}

static inline unsigned count_marks(const uint8_t *marks)
{
	unsigned n = 0;

	for (unsigned i = 0; i < RECORDS_MAX; i++)
		n += marks[i] != 0;
	return n;
}

/* ---- a spool of which the next record sets aside and trims ----------------
 */

enum {
	FULL = 5 * PER_SEGMENT + 3, /* records: 0 and on */
	CHILDS = 800,
	LATER = 801,
};

static inline void put_large(const struct spool_options *options,
			     uint32_t number)
{
	cr_assert_eq(record_append(options, number, LARGE_LEN), 0, "%s",
		     err.msg);
}

/* Two segments have to go for the next record, the first of them delivered in
 * part. */
static inline void prepare_full(void)
{
	struct spool_reader *reader;
	struct spool_record record;
	uint32_t n = 0;

	while (n < PER_SEGMENT + 1)
		put_large(&roomy, n++);
	set_aside_as(1);
	while (n < 2 * PER_SEGMENT + 2)
		put_large(&roomy, n++);
	set_aside_as(2);
	while (n < FULL - PER_SEGMENT)
		put_large(&roomy, n++);
	set_aside_as(3);
	reader = reader_make();
	for (uint32_t i = 0; i < PER_SEGMENT; i++) {
		record = expect(reader, i);
		handled[i]++;
	}
	commit(reader, &record);
	spool_reader_destroy(reader);
	while (n < FULL)
		put_large(&small, n++);
}

static inline void append_childs(void)
{
	if (record_append(&small, CHILDS, LARGE_LEN) < 0)
		_exit(1);
}

/* Every one of the written records was delivered or dropped, none both. */
static inline void balance(uint64_t written)
{
	cr_assert_eq(count_marks(handled) + stats().dropped_records, written);
	cr_assert_eq(stats().dropped_bytes,
		     stats().dropped_records * LARGE_SIZE);
	cr_assert_eq(stats().torn_runs + stats().failed_records, 0);
	for (int i = 0; i < RECORDS_MAX; i++)
		cr_assert_leq(handled[i], 1, "record %d came twice", i);
}

#endif
