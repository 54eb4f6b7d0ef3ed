/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Several writers and one reader at once, the reader killed at any moment. */
#include "config.h"

#include "spool_support.h"

#include <sched.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>

#define WRITERS 4
#define EACH 5000
#define TOTAL (WRITERS * EACH)

struct shared {
	uint8_t seen[TOTAL];
	int finished; /* writers */
	unsigned refused;
};

static struct shared *shared;

static void setup(void)
{
	alarm(300);
	spool_setup();
	shared = shared_alloc(sizeof(*shared));
}

TestSuite(spool_concurrent, .init = setup, .fini = spool_teardown);

static void write_all(uint32_t first, const struct spool_options *options)
{
	for (uint32_t i = first; i < first + EACH; i++)
		if (record_append(options, i, record_len(i)) < 0) {
			if (options == &roomy || errno != ENOBUFS)
				_exit(1);
			__atomic_add_fetch(&shared->refused, 1,
					   __ATOMIC_SEQ_CST);
		}
	__atomic_add_fetch(&shared->finished, 1, __ATOMIC_SEQ_CST);
	_exit(0);
}

/* Reads until the writers have finished and nothing is left. */
static void read_until_finished(unsigned batch)
{
	struct spool_reader *reader = spool_reader_create(spool.fd, &err);
	struct spool_record record;
	bool over, any;
	unsigned n;
	int r;

	do {
		over = __atomic_load_n(&shared->finished, __ATOMIC_SEQ_CST) ==
		       WRITERS;
		any = false;
		for (n = 0; n < batch; n++) {
			r = spool_read(reader, &record, &err);
			if (r < 0 || (r && !record_is_whole(&record)))
				_exit(1);
			if (!r)
				break;
			any = true;
			shared->seen[record.job_id]++;
		}
		if (n &&
		    spool_commit(reader, record.segment, record.end, &err) < 0)
			_exit(2);
		if (!any)
			sched_yield();
	} while (any || !over || spool_blocked(reader));
	spool_reader_destroy(reader);
	_exit(0);
}

/* SIGALRM ends a process that does not expect it at whatever it is doing. */
static pid_t start_reader(unsigned batch, suseconds_t killed_after)
{
	const struct itimerval timer = { .it_value.tv_usec = killed_after };
	pid_t child = fork();

	cr_assert_geq(child, 0);
	if (child)
		return child;
	signal(SIGALRM, SIG_DFL);
	setitimer(ITIMER_REAL, &timer, NULL);
	read_until_finished(batch);
	_exit(3);
}

static void start_writers(const struct spool_options *options, pid_t *ret)
{
	for (uint32_t i = 0; i < WRITERS; i++) {
		ret[i] = fork();
		cr_assert_geq(ret[i], 0);
		if (!ret[i])
			write_all(i * EACH, options);
	}
}

static void wait_for_writers(const pid_t *writers)
{
	int status;

	for (int i = 0; i < WRITERS; i++) {
		cr_assert_eq(waitpid(writers[i], &status, 0), writers[i]);
		cr_assert_eq(status, 0, "writer %d", i);
	}
}

static void wait_for_reader(pid_t reader)
{
	int status;

	cr_assert_eq(waitpid(reader, &status, 0), reader);
	cr_assert_eq(status, 0, "reader: %x", status);
}

static uint64_t seen_once(void)
{
	uint64_t n = 0;

	for (int i = 0; i < TOTAL; i++) {
		cr_assert_leq(shared->seen[i], 1, "record %d came twice", i);
		n += shared->seen[i];
	}
	return n;
}

Test(spool_concurrent, everything_arrives_once)
{
	pid_t writers[WRITERS], reader = start_reader(100, 0);

	start_writers(&roomy, writers);
	wait_for_writers(writers);
	wait_for_reader(reader);
	cr_assert_eq(seen_once(), TOTAL);
	cr_assert_eq(stats().bytes, 0);
	cr_assert_eq(stats().torn_bytes + stats().dropped_records +
			     stats().failed_records,
		     0);
}

/* Restarts a reader that is killed, until one gets through. */
static int read_with_kills(uint64_t *seed, int kills)
{
	int status, killed = 0;

	for (;; killed++) {
		unsigned batch = 1 + (unsigned)random_below(seed, 200);
		suseconds_t after =
			500 + (suseconds_t)random_below(seed, 30000);
		pid_t reader = start_reader(batch, killed < kills ? after : 0);

		cr_assert_eq(waitpid(reader, &status, 0), reader);
		if (WIFEXITED(status))
			break;
	}
	cr_assert_eq(status, 0, "reader: %x", status);
	return killed;
}

Test(spool_concurrent, everything_arrives_though_the_reader_is_killed)
{
	uint64_t seed = 42;
	pid_t writers[WRITERS];

	start_writers(&roomy, writers);
	cr_assert_gt(read_with_kills(&seed, 60), 0);
	wait_for_writers(writers);
	for (int i = 0; i < TOTAL; i++)
		cr_assert(shared->seen[i], "record %d is lost", i);
	cr_assert_eq(stats().bytes, 0);
	cr_assert_eq(stats().torn_bytes + stats().dropped_records +
			     stats().failed_records,
		     0);
}

/* ---- with less room than is written ---------------------------------------
 */

static const struct spool_options small = { .max_size = 2 * MIB };

/* A writer that is held up while it trims leaves the others to fill current up
 * to max_size, and then to be refused. */
static void balance(void)
{
	cr_assert_gt(stats().dropped_records, 0, "too much room");
	cr_assert_eq(seen_once() + stats().dropped_records + shared->refused,
		     TOTAL);
	cr_assert_leq(stats().failed_records, shared->refused);
}

Test(spool_concurrent, trimming_counts_exactly)
{
	pid_t writers[WRITERS];

	start_writers(&small, writers);
	wait_for_writers(writers);
	cr_assert_leq(stats().bytes, small.max_size);
	wait_for_reader(start_reader(100, 0));
	balance();
}

/* What the reader has read and not yet committed is never dropped too. */
Test(spool_concurrent, trimming_counts_exactly_beside_a_reader)
{
	pid_t writers[WRITERS], reader = start_reader(10, 0);

	start_writers(&small, writers);
	wait_for_writers(writers);
	wait_for_reader(reader);
	balance();
}
