/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reader: order, commit, rewind, cursors good and bad, and what it does
 * when others hold what it wants. */
#include "config.h"

#include "spool_support.h"

#include <sys/inotify.h>
#include <sys/syscall.h>

TestSuite(spool_reader, .init = spool_setup, .fini = spool_teardown);

/* Segments first, first + 1, ... of three records each: 10, 11, 12; 20, ... */
static void make_segments(uint64_t first, uint32_t n)
{
	for (uint32_t i = 1; i <= n; i++) {
		for (uint32_t j = 0; j < 3; j++)
			put(10 * i + j);
		set_aside_as(first + i - 1);
	}
}

static void expect_cursor(const char *text)
{
	uint8_t data[64] = "";

	data[file_read("cursor", data, sizeof(data) - 1)] = '\0';
	cr_assert_str_eq((char *)data, text);
}

Test(spool_reader, wrong_arguments)
{
	cr_assert_null(spool_reader_create(-1, &err));
	cr_assert(strstr(err.msg, "Bad file descriptor"), "%s", err.msg);
	cr_assert_null(spool_reader_create(-1, NULL));
	spool_reader_destroy(NULL);
}

Test(spool_reader, empty_spool)
{
	struct spool_reader *reader = reader_make();

	expect_end(reader);
	cr_assert_not(spool_blocked(reader));
	cr_assert_eq(spool_rewind(reader, &err), 0);
	file_text("current", "");
	expect_end(reader);
	cr_assert(exists("current"), "an empty file was set aside");
	spool_reader_destroy(reader);
}

Test(spool_reader, round_trip)
{
	struct spool_reader *reader = reader_make();
	struct spool_record record;

	for (uint32_t i = 0; i < 1000; i++)
		cr_assert_eq(record_append(&roomy, i, record_len(i)), 0);
	for (uint32_t i = 0; i < 1000; i++)
		record = expect(reader, i);
	cr_assert_eq(record.segment, 1);
	cr_assert_not(exists("current"));
	expect_end(reader);
	cr_assert(exists(segment(1)));
	commit(reader, &record);
	cr_assert_not(exists(segment(1)));
	cr_assert_eq(stats().bytes, 0);
	put(1000);
	record = expect(reader, 1000);
	cr_assert_eq(record.segment, 2);
	commit(reader, &record);
	expect_end(reader);
	expect_cursor("2 600\n");
	spool_reader_destroy(reader);
}

Test(spool_reader, segments_in_the_order_of_their_numbers)
{
	struct spool_reader *reader;
	struct spool_record record;

	put(4);
	set_aside_as(100);
	put(2);
	set_aside_as(9);
	put(3);
	set_aside_as(10);
	put(5);
	put(1);
	set_aside_as(3);
	reader = reader_make();
	/* 5 and 1 went to the same file. */
	expect(reader, 5);
	for (uint32_t i = 1; i <= 4; i++)
		record = expect(reader, i);
	commit(reader, &record);
	expect_cursor("100 600\n");
	spool_reader_destroy(reader);
}

Test(spool_reader, unknown_kind_is_handed_on)
{
	struct spool_reader *reader = reader_make();
	struct spool_record record;

	cr_assert_eq(spool_append(spool.fd, &roomy, 99, 1, "x", 1, &err), 0);
	put(2);
	cr_assert_eq(spool_read(reader, &record, &err), 1);
	cr_assert_eq((int)record.kind, 99);
	expect(reader, 2);
	spool_reader_destroy(reader);
}

Test(spool_reader, largest_records)
{
	struct spool_reader *reader = reader_make();

	for (uint32_t i = 0; i < 5; i++)
		cr_assert_eq(record_append(&roomy, i, SPOOL_PAYLOAD_MAX), 0);
	for (uint32_t i = 0; i < 5; i++)
		expect(reader, i);
	expect_end(reader);
	spool_reader_destroy(reader);
}

/* ---- commit and rewind --------------------------------------------------- */

Test(spool_reader, commit_in_the_middle_and_resume)
{
	struct spool_reader *reader;
	struct spool_record record;

	make_segments(1, 3);
	reader = reader_make();
	expect(reader, 10);
	record = expect(reader, 11);
	expect(reader, 12);
	expect(reader, 20);
	commit(reader, &record);
	expect_cursor("1 1200\n");
	cr_assert(exists(segment(1)));
	/* Reading goes on where it was. */
	expect(reader, 21);
	spool_reader_destroy(reader);

	reader = reader_make();
	expect(reader, 12);
	record = expect(reader, 20);
	commit(reader, &record);
	cr_assert_not(exists(segment(1)));
	expect_cursor("2 600\n");
	cr_assert_eq(spool_rewind(reader, &err), 0);
	expect(reader, 21);
	spool_reader_destroy(reader);
}

/* In libc's place: how often something was flushed. */
static int flushes;

int fsync(int fd)
{
	flushes++;
	return (int)syscall(SYS_fsync, fd);
}

Test(spool_reader, a_mark_is_a_commit_that_is_not_flushed)
{
	struct spool_reader *reader;
	struct spool_record record;

	make_segments(1, 2);
	reader = reader_make();
	expect(reader, 10);
	record = expect(reader, 11);
	cr_assert_eq(spool_mark(reader, record.segment, record.end, &err), 0);
	expect_cursor("1 1200\n");
	cr_assert_eq(flushes, 0);
	spool_reader_destroy(reader);

	reader = reader_make();
	record = expect(reader, 12);
	cr_assert_eq(spool_mark(reader, record.segment, record.end, &err), 0);
	cr_assert_not(exists(segment(1)));
	record = expect(reader, 20);
	cr_assert_eq(spool_mark(reader, record.segment, record.end, &err), 0);
	cr_assert_eq(flushes, 0);
	commit(reader, &record);
	cr_assert_eq(flushes, 2, "%d", flushes);
	expect_cursor("2 600\n");
	commit(reader, &record);
	cr_assert_eq(flushes, 2, "%d", flushes);
	spool_reader_destroy(reader);
}

Test(spool_reader, rewind_reads_again)
{
	struct spool_reader *reader;
	struct spool_record record;

	make_segments(5, 2);
	reader = reader_make();
	for (int i = 0; i < 3; i++) {
		expect(reader, 10);
		expect(reader, 11);
		expect(reader, 12);
		record = expect(reader, 20);
		cr_assert_eq(spool_rewind(reader, &err), 0);
	}
	cr_assert_eq(spool_commit(reader, record.segment, record.end, &err),
		     -1);
	cr_assert(strstr(err.msg, "not read since"), "%s", err.msg);
	expect(reader, 10);
	spool_reader_destroy(reader);
}

Test(spool_reader, wrong_commits)
{
	struct spool_reader *reader;
	struct spool_record record;

	make_segments(1, 2);
	reader = reader_make();
	cr_assert_eq(spool_commit(reader, 1, 600, &err), -1, "nothing read");
	cr_assert_eq(errno, EINVAL);
	expect(reader, 10);
	record = expect(reader, 11);
	cr_assert_eq(spool_commit(reader, 1, 1800, &err), -1, "not so far");
	cr_assert_eq(spool_commit(reader, 2, 600, &err), -1, "not yet there");
	cr_assert_eq(spool_commit(reader, 99, 600, NULL), -1, "no such");
	cr_assert_not(exists("cursor"));
	commit(reader, &record);
	/* What is behind already is no mistake. */
	cr_assert_eq(spool_commit(reader, 1, 600, &err), 0);
	cr_assert_eq(spool_commit(reader, 1, 1200, &err), 0);
	expect_cursor("1 1200\n");
	expect(reader, 12);
	spool_reader_destroy(reader);
}

Test(spool_reader, too_many_segments_wait_for_a_commit)
{
	struct spool_reader *reader = reader_make();
	struct spool_record record;
	uint32_t i;

	/* The agent's own small ones: current is left to fill. */
	for (i = 0; i < 1000; i++) {
		put(i);
		if (spool_read(reader, &record, &err) == 0)
			break;
		cr_assert_eq(record.job_id, i);
	}
	cr_assert_eq(i, SPOOL_SEGMENTS / 2);
	cr_assert_not(spool_blocked(reader));
	put(i + 1);
	expect_end(reader);
	commit(reader, &record);
	expect(reader, i);
	record = expect(reader, i + 1);
	commit(reader, &record);
	expect_end(reader);
	/* The writers' */
	for (i = 0; i < 300; i++) {
		put(i);
		set_aside_as(100 + i);
	}
	for (i = 0; i < 256; i++)
		record = expect(reader, i);
	expect_end(reader);
	commit(reader, &record);
	for (; i < 300; i++)
		expect(reader, i);
	spool_reader_destroy(reader);
}

/* ---- torn ---------------------------------------------------------------- */

Test(spool_reader, torn_is_counted_once)
{
	struct spool_reader *reader;
	struct spool_record record;

	put(1);
	file_append("current", "torn", 4);
	put(2);
	file_append("current", "torn again", 10);
	for (int i = 0; i < 3; i++) {
		reader = reader_make();
		expect(reader, 1);
		record = expect(reader, 2);
		expect_end(reader);
		cr_assert_eq(spool_rewind(reader, &err), 0);
		cr_assert_eq(stats().torn_runs, 0, "not committed yet");
		spool_reader_destroy(reader);
	}
	reader = reader_make();
	record = expect(reader, 1);
	commit(reader, &record);
	cr_assert_eq(stats().torn_bytes, 0);
	record = expect(reader, 2);
	commit(reader, &record);
	cr_assert_eq(stats().torn_bytes, 4);
	expect_end(reader);
	cr_assert_eq(stats().torn_bytes, 14);
	cr_assert_eq(stats().torn_runs, 2);
	cr_assert_eq(stats().bytes, 0);
	spool_reader_destroy(reader);
}

Test(spool_reader, nothing_but_torn_is_removed_without_a_commit)
{
	struct spool_reader *reader = reader_make();

	file_append("current", "torn", 4);
	expect_end(reader);
	cr_assert_eq(stats().bytes, 0);
	cr_assert_eq(stats().torn_bytes, 4);
	file_text(segment(7), "");
	file_text(segment(8), "torn");
	put(1);
	expect(reader, 1);
	cr_assert_eq(stats().torn_bytes, 8);
	cr_assert_not(exists(segment(7)));
	cr_assert_not(exists(segment(8)));
	spool_reader_destroy(reader);
}

Test(spool_reader, torn_segments_behind_what_is_not_committed)
{
	struct spool_reader *reader;
	struct spool_record record;

	make_segments(1, 1);
	file_text(segment(2), "torn");
	file_text(segment(3), "torn");
	reader = reader_make();
	expect(reader, 10);
	expect(reader, 11);
	record = expect(reader, 12);
	expect_end(reader);
	cr_assert(exists(segment(2)));
	commit(reader, &record);
	cr_assert_eq(stats().bytes, 0);
	cr_assert_eq(stats().torn_bytes, 8);
	expect_cursor("3 4\n");
	spool_reader_destroy(reader);
}

/* ---- cursors ------------------------------------------------------------- */

Test(spool_reader, damaged_cursors_mean_the_beginning)
{
	static const char *const texts[] = {
		"",
		"\n",
		"1",
		"1 ",
		"1 600",
		"1 600\n\n",
		" 1 600\n",
		"1  600\n",
		"-1 600\n",
		"1 -600\n",
		"+1 600\n",
		"1 600 \n",
		"0x1 600\n",
		"garbage\n",
		"1\t600\n",
		"1 600\nx",
		"99999999999999999999999999999999 600\n",
		"18446744073709551615 0\n",
		"1 99999999999999999999\n",
		"1 601\n",
		"1 599\n",
		"1 1801\n",
		"1 9000000000\n",
		"1 600\n                                                  x",
	};

	make_segments(1, 1);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct spool_reader *reader;

		file_text("cursor", texts[i]);
		reader = reader_make();
		expect(reader, 10);
		expect(reader, 11);
		spool_reader_destroy(reader);
	}
}

Test(spool_reader, good_cursors)
{
	static const struct {
		const char *text;
		uint32_t first;
	} cursors[] = {
		{ "0 0\n", 10 },   { "1 0\n", 10 },    { "2 0\n", 10 },
		{ "2 600\n", 11 }, { "2 1200\n", 12 }, { "2 1800\n", 20 },
		{ "3 0\n", 20 },   { "4 5\n", 30 }, /* gone: the next one */
		{ "5 600\n", 31 },
	};
	struct spool_reader *reader;

	for (size_t i = 0; i < sizeof(cursors) / sizeof(cursors[0]); i++) {
		make_segments(2, 2);
		put(30);
		put(31);
		set_aside_as(5);
		file_text("cursor", cursors[i].text);
		reader = reader_make();
		expect(reader, cursors[i].first);
		spool_reader_destroy(reader);
	}
}

Test(spool_reader, unreadable_cursor_is_an_error)
{
	cr_assert_eq(symlinkat("elsewhere", spool.fd, "cursor"), 0);
	cr_assert_null(spool_reader_create(spool.fd, &err));
	cr_assert(strstr(err.msg, "symbolic link"), "%s", err.msg);
}

/* Opened to be read only, a FIFO would be waited for. */
Test(spool_reader, fifos_are_no_trap)
{
	struct spool_reader *reader;
	struct spool_record record;
	struct spool_stats figures;

	alarm(60);
	cr_assert_eq(mkfifoat(spool.fd, "cursor", 0600), 0);
	cr_assert_null(spool_reader_create(spool.fd, &err));
	cr_assert(strstr(err.msg, "no regular file"), "%s", err.msg);
	cr_assert_eq(unlinkat(spool.fd, "cursor", 0), 0);
	reader = reader_make();
	put(1);
	cr_assert_eq(mkfifoat(spool.fd, "dropped", 0600), 0);
	cr_assert_eq(spool_read(reader, &record, &err), -1);
	cr_assert_eq(spool_stats(spool.fd, &figures, &err), -1);
	cr_assert(strstr(err.msg, "dropped"), "%s", err.msg);
	cr_assert_eq(unlinkat(spool.fd, "dropped", 0), 0);
	expect(reader, 1);
	spool_reader_destroy(reader);
}

Test(spool_reader, segments_done_are_removed_at_the_next_start)
{
	struct spool_reader *reader;

	make_segments(1, 2);
	file_text("cursor", "2 1800\n");
	reader = reader_make();
	expect_end(reader);
	cr_assert_eq(stats().bytes, 0);
	put(1);
	cr_assert_eq(expect(reader, 1).segment, 3);
	spool_reader_destroy(reader);
}

/* Numbers begin anew below the reader's own cursor: nothing may be lost. */
Test(spool_reader, cursor_removed_while_running)
{
	struct spool_reader *reader;
	struct spool_record record;

	make_segments(50, 1);
	reader = reader_make();
	expect(reader, 10);
	expect(reader, 11);
	record = expect(reader, 12);
	commit(reader, &record);
	cr_assert_eq(unlinkat(spool.fd, "cursor", 0), 0);
	put(1);
	record = expect(reader, 1);
	cr_assert_eq(record.segment, 1);
	commit(reader, &record);
	expect_cursor("1 600\n");
	spool_reader_destroy(reader);
}

Test(spool_reader, leftover_of_a_cursor_is_replaced)
{
	struct spool_reader *reader;
	struct spool_record record;

	file_text("victim", "intact");
	cr_assert_eq(linkat(spool.fd, "victim", spool.fd, "cursor.tmp", 0), 0);
	put(1);
	reader = reader_make();
	record = expect(reader, 1);
	commit(reader, &record);
	expect_cursor("1 600\n");
	cr_assert_eq(file_read("victim", (uint8_t[16]){ 0 }, 16), 6);
	spool_reader_destroy(reader);
}

/* All that there was is done with, and only the cursor is missing. */
Test(spool_reader, commit_that_fails_is_made_good)
{
	struct spool_reader *reader;
	struct spool_record record;

	make_segments(1, 1);
	cr_assert_eq(mkdirat(spool.fd, "cursor.tmp", 0700), 0);
	reader = reader_make();
	for (int i = 0; i < 3; i++)
		record = expect(reader, 10 + i);
	cr_assert_eq(spool_mark(reader, record.segment, record.end, &err), -1);
	for (int i = 0; i < 2; i++) {
		cr_assert_eq(
			spool_commit(reader, record.segment, record.end, &err),
			-1);
		cr_assert(strstr(err.msg, "cursor.tmp"), "%s", err.msg);
	}
	cr_assert_not(exists(segment(1)));
	cr_assert_eq(spool_read(reader, &record, &err), 0, "%s", err.msg);
	cr_assert_eq(unlinkat(spool.fd, "cursor.tmp", AT_REMOVEDIR), 0);
	commit(reader, &record);
	expect_cursor("1 1800\n");
	spool_reader_destroy(reader);
}

/* A cursor that can not be written: said, and what is done goes even so. */
Test(spool_reader, commit_that_fails)
{
	struct spool_reader *reader;
	struct spool_record record;

	make_segments(1, 2);
	cr_assert_eq(mkdirat(spool.fd, "cursor.tmp", 0700), 0);
	reader = reader_make();
	for (int i = 0; i < 3; i++)
		record = expect(reader, 10 + i);
	record = expect(reader, 20);
	cr_assert_eq(spool_commit(reader, record.segment, record.end, &err),
		     -1);
	cr_assert(strstr(err.msg, "cursor.tmp"), "%s", err.msg);
	cr_assert_not(exists(segment(1)));
	cr_assert(exists(segment(2)));
	/* The reader goes on; so would a new one, with a repeat. */
	expect(reader, 21);
	cr_assert_eq(spool_rewind(reader, &err), 0);
	expect(reader, 20);
	record = expect(reader, 21);
	cr_assert_eq(unlinkat(spool.fd, "cursor.tmp", AT_REMOVEDIR), 0);
	commit(reader, &record);
	expect_cursor("2 1200\n");
	spool_reader_destroy(reader);
}

/* ---- others ---------------------------------------------------------------*/

Test(spool_reader, waits_for_a_writer_without_waiting)
{
	struct spool_reader *reader = reader_make();
	int fd;

	put(1);
	fd = openat(spool.fd, "current", O_RDWR | O_CLOEXEC);
	cr_assert_eq(flock(fd, LOCK_SH), 0);
	expect_end(reader);
	cr_assert(spool_blocked(reader));
	cr_assert_not(exists("current"), "other writers are kept from nothing");
	put(2);
	expect_end(reader);
	cr_assert(spool_blocked(reader));
	close(fd);
	expect(reader, 1);
	cr_assert_not(spool_blocked(reader));
	expect(reader, 2);
	spool_reader_destroy(reader);
}

Test(spool_reader, waits_for_who_sets_current_aside)
{
	struct spool_reader *reader = reader_make();
	int fd;

	put(1);
	fd = openat(spool.fd, "rotate.lock", O_RDWR | O_CREAT | O_CLOEXEC,
		    0600);
	cr_assert_eq(flock(fd, LOCK_EX), 0);
	expect_end(reader);
	cr_assert(spool_blocked(reader));
	close(fd);
	expect(reader, 1);
	spool_reader_destroy(reader);
}

/* The lock's file was removed, and another made: both would be locked. */
Test(spool_reader, replaced_lock_of_rotation)
{
	struct spool_reader *reader = reader_make();
	struct spool_record record;

	put(1);
	expect(reader, 1);
	cr_assert_eq(unlinkat(spool.fd, "rotate.lock", 0), 0);
	put(2);
	cr_assert_eq(spool_read(reader, &record, &err), -1);
	cr_assert(strstr(err.msg, "was replaced"), "%s", err.msg);
	expect(reader, 2);
	spool_reader_destroy(reader);
}

Test(spool_reader, bad_current_is_an_error)
{
	struct spool_reader *reader = reader_make();
	struct spool_record record;

	cr_assert_eq(symlinkat("elsewhere", spool.fd, "current"), 0);
	cr_assert_eq(spool_read(reader, &record, &err), -1);
	cr_assert(strstr(err.msg, "remove it"), "%s", err.msg);
	spool_reader_destroy(reader);
}

Test(spool_reader, bad_segment_is_an_error)
{
	struct spool_reader *reader = reader_make();
	struct spool_record record;

	make_segments(2, 1);
	cr_assert_eq(mkfifoat(spool.fd, segment(1), 0600), 0);
	cr_assert_eq(spool_read(reader, &record, &err), -1);
	cr_assert(strstr(err.msg, segment(1)), "%s", err.msg);
	cr_assert_eq(unlinkat(spool.fd, segment(1), 0), 0);
	expect(reader, 10);
	spool_reader_destroy(reader);
}

Test(spool_reader, segment_removed_by_hand)
{
	struct spool_reader *reader;
	struct spool_record record;

	make_segments(1, 3);
	reader = reader_make();
	record = expect(reader, 10);
	commit(reader, &record);
	cr_assert_eq(unlinkat(spool.fd, segment(1), 0), 0);
	cr_assert_eq(unlinkat(spool.fd, segment(2), 0), 0);
	expect(reader, 30);
	spool_reader_destroy(reader);
}

Test(spool_reader, segment_cut_while_it_is_read)
{
	struct spool_reader *reader;
	int fd;

	for (uint32_t i = 0; i < 300; i++)
		put(i);
	reader = reader_make();
	expect(reader, 0);
	fd = openat(spool.fd, segment(1), O_RDWR | O_CLOEXEC);
	cr_assert_eq(ftruncate(fd, 200 * RECORD_SIZE), 0);
	close(fd);
	for (uint32_t i = 1; i < 200; i++)
		expect(reader, i);
	expect_end(reader);
	spool_reader_destroy(reader);
}

/* ---- what wakes the agent ------------------------------------------------ */

static bool happened(int fd)
{
	char events[4096];
	bool any = false;

	while (read(fd, events, sizeof(events)) > 0)
		any = true;
	return any;
}

Test(spool_reader, a_read_that_finds_nothing_wakes_nobody)
{
	struct spool_reader *reader = reader_make();
	int notify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	struct spool_record record;
	int fd;

	cr_assert_geq(inotify_add_watch(notify, spool.path, IN_CLOSE_WRITE), 0);
	expect_end(reader);
	cr_assert_not(happened(notify), "empty");
	put(1);
	cr_assert(happened(notify), "an append");
	fd = openat(spool.fd, "current", O_RDONLY | O_CLOEXEC);
	cr_assert_eq(flock(fd, LOCK_SH), 0);
	expect_end(reader);
	happened(notify);
	for (int i = 0; i < 3; i++) {
		expect_end(reader);
		cr_assert_not(happened(notify), "a writer holds the segment");
	}
	close(fd);
	record = expect(reader, 1);
	commit(reader, &record);
	happened(notify);
	expect_end(reader);
	cr_assert_not(happened(notify), "all delivered");
	put(2);
	fd = openat(spool.fd, "rotate.lock", O_RDONLY | O_CLOEXEC);
	cr_assert_eq(flock(fd, LOCK_EX), 0);
	happened(notify);
	expect_end(reader);
	cr_assert(spool_blocked(reader));
	cr_assert_not(happened(notify), "a writer sets current aside");
	close(fd);
	close(notify);
	spool_reader_destroy(reader);
}
