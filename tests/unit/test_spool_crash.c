/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A crash at every step: a child does one thing to the spool and is killed at
 * its first system call, then at its second, and so on until it gets through.
 * After each, another process takes over, and the books must balance.
 */
#include "config.h"

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

/* By record; the children's too. */
static uint8_t *handled;

static void setup(void)
{
	alarm(120);
	handled = shared_alloc(RECORDS_MAX);
}

TestSuite(spool_crash, .init = setup);

/*
 * Lets a child do its work up to its stop'th stop; each system call has one
 * before and one after it.  Returns true when the child got through before.
 */
static bool run_killed(void (*work)(void), int stop)
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
	for (int i = 0;; i++) {
		cr_assert_eq(waitpid(child, &status, 0), child);
		if (WIFEXITED(status))
			break;
		cr_assert(WIFSTOPPED(status), "status %x", status);
		if (i > stop) {
			cr_assert_eq(kill(child, SIGKILL), 0);
			cr_assert_eq(waitpid(child, &status, 0), child);
			return false;
		}
		cr_assert_eq(ptrace(PTRACE_SYSCALL, child, NULL, NULL), 0);
	}
	if (WEXITSTATUS(status) == 77)
		cr_skip("this system does not let us trace a child");
	cr_assert_eq(status, 0, "the child failed");
	return true;
}

/* For each stop: a new spool, prepared; work, killed; verify. */
static void at_every_step(void (*prepare)(void), void (*work)(void),
			  void (*verify)(bool through))
{
	bool through = false;
	int stop;

	/* A stop before a call is as good as the one after the call before. */
	for (stop = 0; !through; stop += 2) {
		spool_setup();
		memset(handled, 0, RECORDS_MAX);
		prepare();
		through = run_killed(work, stop);
		verify(through);
		spool_teardown();
	}
	cr_assert_gt(stop, 40, "only %d stops: was anything done?", stop);
}

static void append_bytes(const char *name, const char *text)
{
	int fd = openat(spool.fd, name, O_WRONLY | O_APPEND | O_CLOEXEC);

	cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static unsigned count(const uint8_t *marks)
{
	unsigned n = 0;

	for (unsigned i = 0; i < RECORDS_MAX; i++)
		n += marks[i] != 0;
	return n;
}

/* Reads to the end, marks what it saw, and commits every `step` records.
 * Returns 0, or -1 with err. */
static int deliver(uint8_t *marks, int step)
{
	struct spool_reader *reader = spool_reader_create(spool.fd, &err);
	struct spool_record record;
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

static void deliver_rest(uint8_t *marks)
{
	cr_assert_eq(deliver(marks, 20), 0, "%s", err.msg);
	cr_assert_eq(stats().bytes, 0);
	cr_assert_not(exists("cursor.tmp"));
}

/* ---- the agent ------------------------------------------------------------ */

enum { AGENT_RECORDS = 12 };

static void prepare_agent(void)
{
	uint32_t n = 0;

	for (uint64_t number = 1; number <= 3; number++) {
		while (n < number * 3)
			put(n++);
		if (number == 2)
			append_bytes("current", "torn");
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
		cr_assert_eq(count(marks), 0);
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

/* ---- a writer that finds everything full ---------------------------------- */

enum { WRITTEN = 4 * PER_SEGMENT + 3, CHILDS = 800, LATER = 801 };

static void put_small(uint32_t number)
{
	cr_assert_eq(record_append(&small, number, LARGE_LEN), 0, "%s",
		     err.msg);
}

/* Everything is full: what comes next sets aside and trims two segments, the
 * first of them delivered in part. */
static void prepare_full(void)
{
	struct spool_reader *reader;
	struct spool_record record;

	for (uint32_t i = 0; i < WRITTEN; i++) {
		cr_assert_eq(record_append(&roomy, i, LARGE_LEN), 0);
		if (i == PER_SEGMENT)
			set_aside_as(1);
		else if (i == 2 * PER_SEGMENT + 1)
			set_aside_as(2);
	}
	set_aside_as(3);
	reader = reader_make();
	for (uint32_t i = 0; i < PER_SEGMENT; i++) {
		record = expect(reader, i);
		handled[i]++;
	}
	commit(reader, &record);
	spool_reader_destroy(reader);
	for (uint32_t i = WRITTEN; i < WRITTEN + PER_SEGMENT; i++)
		put_small(i);
}

static void writer(void)
{
	if (record_append(&small, CHILDS, LARGE_LEN) < 0)
		_exit(1);
}

static void verify_writer(bool through)
{
	uint64_t left;

	/* The lock of the dead is free, and its work is finished by whoever
	 * next finds current full. */
	for (uint32_t i = 0; i <= PER_SEGMENT; i++)
		put_small(LATER + i);
	cr_assert_leq(stats().bytes, small.max_size);
	deliver_rest(handled);
	left = count(handled) - handled[CHILDS] - (PER_SEGMENT + 1);
	cr_assert_eq(left + stats().dropped_records, WRITTEN + PER_SEGMENT);
	cr_assert_eq(stats().dropped_bytes,
		     stats().dropped_records * LARGE_SIZE);
	cr_assert_gt(stats().dropped_records, 0);
	cr_assert_eq(stats().torn_runs, 0);
	for (int i = 0; i < RECORDS_MAX; i++)
		cr_assert_leq(handled[i], 1, "record %d came twice", i);
	if (through)
		cr_assert_eq(handled[CHILDS], 1);
}

/* Only the agent comes after, and finds what a dead trimmer left. */
static void verify_agent_after_writer(bool through)
{
	uint64_t left;

	deliver_rest(handled);
	left = count(handled) - handled[CHILDS];
	cr_assert_eq(left + stats().dropped_records, WRITTEN + PER_SEGMENT);
	if (through)
		cr_assert_eq(handled[CHILDS], 1);
	put_small(LATER);
	deliver_rest(handled);
	cr_assert_eq(handled[LATER], 1);
}

Test(spool_crash, writer_that_trims)
{
	at_every_step(prepare_full, writer, verify_writer);
}

Test(spool_crash, writer_that_trims_then_agent)
{
	at_every_step(prepare_full, writer, verify_agent_after_writer);
}

/* ---- the first start ------------------------------------------------------ */

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
	struct stat st;

	(void)through;
	if (run_killed(first_start, 1000000))
		cr_assert_eq(fstatat(spool.fd, "sub/current", &st, 0), 0);
	if (geteuid() == 0)
		cr_assert_eq(st.st_uid, 12345);
	cr_assert_gt(st.st_size, 0);
}

Test(spool_crash, first_start)
{
	at_every_step(prepare_nothing, first_start, verify_start);
}
