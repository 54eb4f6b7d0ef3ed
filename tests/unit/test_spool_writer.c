/* SPDX-License-Identifier: GPL-2.0-or-later */
/* spool_append: what it writes, what it refuses, and that it never hangs. */
#include "config.h"

#include "spool/record.h"

#include "spool_support.h"

#include <pwd.h>
#include <signal.h>
#include <sys/resource.h>
#include <time.h>

/* The alarm ends a test that hangs. */
static void setup(void)
{
	alarm(60);
	spool_setup();
}

TestSuite(spool_writer, .init = setup, .fini = spool_teardown);

static void expect_refused(int code, const char *part)
{
	err.msg[0] = '\0';
	errno = 0;
	cr_assert_eq(record_append(&roomy, 1, RECORD_LEN), -1, "%s", part);
	cr_assert_eq(errno, code, "%s: %s", part, strerror(errno));
	cr_assert(strstr(err.msg, part), "%s", err.msg);
}

Test(spool_writer, wrong_arguments)
{
	const struct spool_options none = { 0 };

	cr_assert_eq(spool_append(-1, &roomy, SPOOL_SPAN, 1, "x", 1, &err), -1);
	cr_assert_eq(errno, EINVAL);
	cr_assert_eq(spool_append(spool.fd, NULL, SPOOL_SPAN, 1, "x", 1, &err),
		     -1);
	cr_assert_eq(spool_append(spool.fd, &none, SPOOL_SPAN, 1, "x", 1, &err),
		     -1);
	cr_assert_eq(spool_append(spool.fd, &roomy, 0, 1, "x", 1, &err), -1);
	cr_assert_eq(spool_append(spool.fd, &roomy, 256, 1, "x", 1, &err), -1);
	cr_assert_eq(
		spool_append(spool.fd, &roomy, SPOOL_SPAN, 1, NULL, 1, &err),
		-1);
	cr_assert_eq(errno, EINVAL);
	cr_assert_not(exists("current"));
}

Test(spool_writer, error_may_be_null)
{
	cr_assert_eq(spool_append(-1, &roomy, SPOOL_SPAN, 1, "x", 1, NULL), -1);
}

Test(spool_writer, too_large_is_counted)
{
	static uint8_t payload[SPOOL_PAYLOAD_MAX + 1];

	cr_assert_eq(spool_append(spool.fd, &roomy, SPOOL_SPAN, 1, payload,
				  sizeof(payload), &err),
		     -1);
	cr_assert_eq(errno, EMSGSIZE);
	cr_assert_eq(stats().failed_records, 1);
	cr_assert_eq(spool_append(spool.fd, &roomy, SPOOL_SPAN, 1, payload,
				  SPOOL_PAYLOAD_MAX, &err),
		     0, "%s", err.msg);
}

Test(spool_writer, record_lies_in_current)
{
	static uint8_t data[2 * RECORD_SIZE + 1], payload[RECORD_LEN];
	uint64_t before = (uint64_t)time(NULL), after;
	struct spool_header header;
	struct stat st;

	umask(0777);
	put(1);
	put(2);
	after = (uint64_t)time(NULL);
	cr_assert_eq(file_read("current", data, sizeof(data)), 2 * RECORD_SIZE);
	cr_assert(spool_header_decode(data + RECORD_SIZE, &header));
	cr_assert(spool_record_verify(data + RECORD_SIZE, header.len));
	cr_assert_eq(header.version, SPOOL_VERSION);
	cr_assert_eq(header.kind, SPOOL_SPAN);
	cr_assert_eq(header.job_id, 2);
	cr_assert_eq(header.len, RECORD_LEN);
	cr_assert(header.time_ns / 1000000000 >= before &&
		  header.time_ns / 1000000000 <= after);
	record_fill(2, payload, RECORD_LEN);
	cr_assert_arr_eq(data + RECORD_SIZE + SPOOL_HEADER_SIZE, payload,
			 RECORD_LEN);
	cr_assert_eq(fstatat(spool.fd, "current", &st, 0), 0);
	cr_assert_eq(st.st_mode, (mode_t)(S_IFREG | 0600));
}

Test(spool_writer, empty_payload_and_other_kinds)
{
	struct spool_reader *reader;
	struct spool_record record;

	cr_assert_eq(
		spool_append(spool.fd, &roomy, SPOOL_COMMENT, 9, NULL, 0, &err),
		0);
	reader = reader_make();
	cr_assert_eq(spool_read(reader, &record, &err), 1);
	cr_assert_eq(record.kind, SPOOL_COMMENT);
	cr_assert_eq(record.len, 0);
	cr_assert_eq(record.job_id, 9);
	spool_reader_destroy(reader);
}

Test(spool_writer, sync)
{
	const struct spool_options durable = { .max_size = MIB, .sync = true };

	cr_assert_eq(record_append(&durable, 1, RECORD_LEN), 0, "%s", err.msg);
	cr_assert_eq(record_append(&durable, 2, RECORD_LEN), 0, "%s", err.msg);
	cr_assert_eq(stats().bytes, 2 * RECORD_SIZE);
}

Test(spool_writer, loose_mode_is_tightened)
{
	struct stat st;

	file_text("current", "");
	cr_assert_eq(fchmodat(spool.fd, "current", 0644, 0), 0);
	put(1);
	cr_assert_eq(fstatat(spool.fd, "current", &st, 0), 0);
	cr_assert_eq(st.st_mode & 07777, 0600);
}

/* ---- what stands in for current ---------------------------------------- */

Test(spool_writer, symlink_is_refused)
{
	uint8_t byte;

	file_text("victim", "");
	cr_assert_eq(symlinkat("victim", spool.fd, "current"), 0);
	expect_refused(ELOOP, "symbolic link: remove it");
	cr_assert_eq(file_read("victim", &byte, 1), 0);
	cr_assert_eq(unlinkat(spool.fd, "victim", 0), 0);
	expect_refused(ELOOP, "symbolic link");
	cr_assert_not(exists("victim"), "made through a dangling link");
	cr_assert_eq(stats().failed_records, 2);
}

Test(spool_writer, hard_link_is_refused)
{
	uint8_t byte;

	file_text("victim", "");
	cr_assert_eq(linkat(spool.fd, "victim", spool.fd, "current", 0), 0);
	expect_refused(EMLINK, "hard link");
	cr_assert_eq(file_read("victim", &byte, 1), 0);
}

Test(spool_writer, fifo_is_refused)
{
	int fd;
	char byte;

	cr_assert_eq(mkfifoat(spool.fd, "current", 0600), 0);
	expect_refused(EINVAL, "no regular file");
	fd = openat(spool.fd, "current", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	expect_refused(EINVAL, "no regular file");
	cr_assert_leq(read(fd, &byte, 1), 0);
	close(fd);
}

Test(spool_writer, directory_is_refused)
{
	cr_assert_eq(mkdirat(spool.fd, "current", 0700), 0);
	expect_refused(EISDIR, "is a directory: remove it");
}

Test(spool_writer, stranger_is_refused)
{
	struct stat st;

	if (geteuid() != 0)
		cr_skip("only root can make a stranger's file");
	file_text("current", "");
	cr_assert_eq(fchownat(spool.fd, "current", 12345, 12345, 0), 0);
	expect_refused(EPERM, "belongs to a stranger");
	cr_assert_eq(fstatat(spool.fd, "current", &st, 0), 0);
	cr_assert_eq(st.st_size, 0);
	cr_assert_eq(st.st_uid, 12345);
}

Test(spool_writer, root_gives_to_the_directorys_owner)
{
	static const char *const names[] = { "current", "dropped", "agent.lock",
					     "cursor", "rotate.lock" };
	struct spool_reader *reader;
	struct spool_record record;
	struct stat st;
	bool held;

	if (geteuid() != 0)
		cr_skip("only root gives");
	/* One that root made, and then died before it gave it away. */
	file_text("current", "");
	cr_assert_eq(fchown(spool.fd, 12345, 54321), 0);
	put(1);
	reader = reader_make();
	record = expect(reader, 1);
	commit(reader, &record);
	spool_reader_destroy(reader);
	put(2);
	close(spool_lock(spool.fd, &held, &err));
	cr_assert_eq(unlinkat(spool.fd, "current", 0), 0);
	cr_assert_eq(mkdirat(spool.fd, "current", 0700), 0);
	expect_refused(EISDIR, "directory");
	cr_assert_eq(unlinkat(spool.fd, "current", AT_REMOVEDIR), 0);
	put(3);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		cr_assert_eq(fstatat(spool.fd, names[i], &st, 0), 0, "%s",
			     names[i]);
		cr_assert_eq(st.st_uid, 12345, "%s", names[i]);
		cr_assert_eq(st.st_gid, 54321, "%s", names[i]);
		cr_assert_eq(st.st_mode & 07777, 0600, "%s", names[i]);
	}
}

/* ---- others at the same file -------------------------------------------- */

Test(spool_writer, exclusive_lock_on_current_is_an_error_not_a_wait)
{
	int fd;

	put(1);
	fd = openat(spool.fd, "current", O_RDWR | O_CLOEXEC);
	cr_assert_eq(flock(fd, LOCK_EX), 0);
	expect_refused(EAGAIN, "set aside");
	close(fd);
	put(2);
}

Test(spool_writer, other_writers_shared_lock_is_no_obstacle)
{
	int fd;

	put(1);
	fd = openat(spool.fd, "current", O_RDWR | O_CLOEXEC);
	cr_assert_eq(flock(fd, LOCK_SH), 0);
	put(2);
	close(fd);
	cr_assert_eq(stats().bytes, 2 * RECORD_SIZE);
}

Test(spool_writer, lock_of_the_counters_is_not_waited_for)
{
	int fd;

	cr_assert_eq(mkdirat(spool.fd, "current", 0700), 0);
	expect_refused(EISDIR, "directory");
	fd = openat(spool.fd, "dropped", O_RDWR | O_CLOEXEC);
	cr_assert_eq(flock(fd, LOCK_EX), 0);
	expect_refused(EISDIR, "directory");
	close(fd);
	expect_refused(EISDIR, "directory");
	cr_assert_eq(stats().failed_records, 2);
}

/* ---- no room ------------------------------------------------------------- */

static void limit_size(rlim_t size)
{
	const struct rlimit limit = { size, RLIM_INFINITY };

	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

Test(spool_writer, short_write_is_reported_and_passed_over)
{
	struct spool_reader *reader;

	put(1);
	/* SIGXFSZ as it is by default: it would kill us. */
	limit_size(2 * RECORD_SIZE - 100);
	expect_refused(EFBIG, "write to the spool");
	expect_refused(EFBIG, "write to the spool");
	limit_size(RLIM_INFINITY);
	put(2);
	cr_assert_eq(stats().failed_records, 2);
	cr_assert_eq(stats().bytes, 3 * RECORD_SIZE - 100);
	reader = reader_make();
	expect(reader, 1);
	commit(reader, &(struct spool_record[]){ expect(reader, 2) }[0]);
	expect_end(reader);
	cr_assert_eq(stats().torn_bytes, RECORD_SIZE - 100);
	cr_assert_eq(stats().torn_runs, 1);
	spool_reader_destroy(reader);
}

Test(spool_writer, file_size_signal_of_others_is_left_alone)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGXFSZ);
	cr_assert_eq(sigprocmask(SIG_BLOCK, &set, NULL), 0);
	raise(SIGXFSZ);
	put(1);
	limit_size(RECORD_SIZE);
	expect_refused(EFBIG, "write to the spool");
	limit_size(RLIM_INFINITY);
	cr_assert_eq(sigpending(&set), 0);
	cr_assert(sigismember(&set, SIGXFSZ));
}

Test(spool_writer, removed_directory)
{
	cr_assert_eq(rmdir(spool.path), 0);
	expect_refused(ENOENT, "open current");
	cr_assert_eq(mkdir(spool.path, 0700), 0);
}

Test(spool_writer, read_only_directory)
{
	struct passwd *nobody = getpwnam("nobody");

	if (geteuid() != 0 || !nobody)
		cr_skip("needs root and a user nobody");
	cr_assert_eq(fchmod(spool.fd, 0755), 0);
	cr_assert_eq(seteuid(nobody->pw_uid), 0);
	expect_refused(EACCES, "Permission denied");
	cr_assert_eq(seteuid(0), 0);
}

Test(spool_writer, several_records_are_one_write)
{
	static uint8_t payloads[SPOOL_APPEND_MAX][RECORD_LEN];
	struct spool_entry entries[SPOOL_APPEND_MAX + 1] = { { 0 } };
	struct spool_reader *reader;
	struct spool_record record;

	for (uint32_t i = 0; i < SPOOL_APPEND_MAX; i++) {
		record_fill(i, payloads[i], RECORD_LEN);
		entries[i] = (struct spool_entry){ SPOOL_SPAN, i, payloads[i],
						   RECORD_LEN };
	}
	cr_assert_eq(spool_append_all(spool.fd, &roomy, entries, 0, &err), -1);
	cr_assert_eq(spool_append_all(spool.fd, &roomy, entries,
				      SPOOL_APPEND_MAX + 1, &err),
		     -1);
	cr_assert_not(exists("current"));
	cr_assert_eq(spool_append_all(spool.fd, &roomy, entries,
				      SPOOL_APPEND_MAX, &err),
		     0, "%s", err.msg);
	reader = spool_reader_create(spool.fd, &err);
	for (uint32_t i = 0; i < SPOOL_APPEND_MAX; i++) {
		cr_assert_eq(spool_read(reader, &record, &err), 1);
		cr_assert_eq(record.job_id, i);
		cr_assert(record_is_whole(&record));
	}
	cr_assert_eq(spool_read(reader, &record, &err), 0);
	spool_reader_destroy(reader);
}

Test(spool_writer, what_the_caller_keeps_is_not_counted_as_lost)
{
	const struct spool_options kept = { .max_size = roomy.max_size,
					    .kept = true };
	static uint8_t payload[SPOOL_PAYLOAD_MAX + 1];

	cr_assert_eq(spool_append(spool.fd, &kept, SPOOL_SPAN, 1, payload,
				  sizeof(payload), &err),
		     -1);
	cr_assert_eq(stats().failed_records, 0);
	cr_assert_eq(
		spool_append(spool.fd, &kept, SPOOL_SPAN, 1, payload, 10, &err),
		0);
	cr_assert_eq(stats().segments, 1);
	cr_assert_eq(spool_append(spool.fd, &roomy, SPOOL_SPAN, 1, payload,
				  sizeof(payload), &err),
		     -1);
	cr_assert_eq(stats().failed_records, 1);
}

Test(spool_writer, a_flush_tells_where_the_next_one_begins)
{
	const struct spool_options small = { .max_size = 1 };
	uint64_t last = 7;

	cr_assert_eq(spool_sync(-1, 0, &last, &err), -1);
	cr_assert_eq(last, 7);
	cr_assert_eq(spool_sync(spool.fd, 0, &last, &err), 0, "%s", err.msg);
	cr_assert_eq(last, 0);
	for (uint32_t i = 0; i < 120; i++)
		cr_assert_eq(record_append(&small, i, RECORD_LEN), 0);
	cr_assert(exists("segment.00000000000000000001"));
	cr_assert_eq(spool_sync(spool.fd, 0, &last, &err), 0, "%s", err.msg);
	cr_assert_eq(last, 1);
}

Test(spool_writer, one_bad_record_among_several_writes_none)
{
	static uint8_t payload[SPOOL_PAYLOAD_MAX + 1];
	const struct spool_entry entries[] = {
		{ SPOOL_SPAN, 1, payload, 10 },
		{ SPOOL_SPAN, 2, payload, sizeof(payload) },
	};

	cr_assert_eq(spool_append_all(spool.fd, &roomy, entries, 2, &err), -1);
	cr_assert_not(exists("current"));
	cr_assert_eq(stats().failed_records, 2);
}
