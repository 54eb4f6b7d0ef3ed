/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A full spool: current is set aside, the oldest go, and every record that is
 * lost by it is counted once. */
#include "config.h"

#include "spool/counts.h"
#include "spool/rotate.h"

#include "spool_support.h"

#define SEGMENT (64 * 1024)
#define PER_SEGMENT (SEGMENT / RECORD_SIZE)

static const struct spool_options small = { .max_size = 4 * SEGMENT };

TestSuite(spool_trim, .init = spool_setup, .fini = spool_teardown);

static void put_small(uint32_t first, uint32_t n)
{
	for (uint32_t i = first; i < first + n; i++)
		cr_assert_eq(record_append(&small, i, RECORD_LEN), 0, "%s",
			     err.msg);
}

/* Reads on to the end, records being consecutive; returns how many. */
static uint64_t drain(struct spool_reader *reader)
{
	struct spool_record record;
	uint64_t n = 0;
	uint32_t last = 0;
	int r;

	while ((r = spool_read(reader, &record, &err)) > 0) {
		cr_assert(record_is_whole(&record));
		cr_assert(!n || record.job_id == last + 1, "%u after %u",
			  record.job_id, last);
		last = record.job_id;
		n++;
		commit(reader, &record);
	}
	cr_assert_eq(r, 0, "%s", err.msg);
	return n;
}

static uint64_t read_all(void)
{
	struct spool_reader *reader = reader_make();
	uint64_t n = drain(reader);

	spool_reader_destroy(reader);
	return n;
}

Test(spool_trim, sizes)
{
	cr_assert_eq(spool_segment_size(1), SEGMENT);
	cr_assert_eq(spool_limit(1), 2 * SEGMENT);
	cr_assert_eq(spool_segment_size(256 * MIB), 4 * MIB);
	cr_assert_eq(spool_limit(256 * MIB), 256 * MIB);
	cr_assert_eq(spool_segment_size(UINT64_MAX), UINT64_MAX / 64);
}

Test(spool_trim, full_current_is_set_aside)
{
	put_small(0, PER_SEGMENT);
	cr_assert_eq(stats().segments, 1);
	put_small(PER_SEGMENT, 1);
	cr_assert(exists(segment(1)));
	cr_assert_eq(stats().segments, 2);
	cr_assert_eq(stats().bytes, (PER_SEGMENT + 1) * RECORD_SIZE);
	cr_assert_eq(stats().dropped_records, 0);
	cr_assert_eq(read_all(), PER_SEGMENT + 1);
}

/* Two writers found the same file full. */
Test(spool_trim, current_is_set_aside_once)
{
	struct stat st;

	put_small(0, 1);
	cr_assert_eq(fstatat(spool.fd, "current", &st, 0), 0);
	cr_assert_eq(spool_set_aside(spool.fd, &st, &err), 1);
	cr_assert_eq(spool_set_aside(spool.fd, &st, &err), 0);
	put_small(1, 1);
	cr_assert_eq(spool_set_aside(spool.fd, &st, &err), 0);
	cr_assert(exists("current"));
	cr_assert_eq(stats().segments, 2);
}

Test(spool_trim, record_larger_than_a_segment)
{
	put_small(0, 1);
	cr_assert_eq(record_append(&small, 1, 2 * SEGMENT), 0);
	cr_assert_eq(record_append(&small, 2, 2 * SEGMENT), 0);
	cr_assert_eq(read_all() + stats().dropped_records, 3);
}

Test(spool_trim, numbers_go_on_behind_the_cursor)
{
	file_text("cursor", "41 600\n");
	put_small(0, PER_SEGMENT + 1);
	cr_assert(exists(segment(42)));
	file_text("cursor", "7 600\n");
	put_small(0, PER_SEGMENT);
	cr_assert(exists(segment(43)));
}

Test(spool_trim, no_number_is_left)
{
	char name[64];

	snprintf(name, sizeof(name), "%s", segment(INT64_MAX));
	file_text(name, "");
	put_small(0, 4 * PER_SEGMENT);
	cr_assert_eq(stats().segments, 2);
	/* What can not be set aside ends at max_size all the same. */
	for (uint32_t i = 0; i < PER_SEGMENT; i++)
		if (record_append(&small, i, RECORD_LEN) < 0)
			break;
	cr_assert(strstr(err.msg, "no segment number is left"), "%s", err.msg);
	cr_assert_leq(stats().bytes, small.max_size);
	cr_assert_eq(stats().failed_records, 1);
	cr_assert_eq(unlinkat(spool.fd, name, 0), 0);
	put_small(0, 1);
}

Test(spool_trim, oldest_go_first_and_are_counted)
{
	const uint32_t total = 20 * PER_SEGMENT;
	uint64_t before = 0;

	for (uint32_t i = 0; i < total; i++) {
		put_small(i, 1);
		cr_assert_leq(stats().bytes, small.max_size);
		cr_assert_geq(stats().dropped_records, before);
		before = stats().dropped_records;
	}
	cr_assert_eq(stats().dropped_bytes, before * RECORD_SIZE);
	cr_assert_eq(stats().bytes, (total - before) * RECORD_SIZE);
	/* All that may be kept is: less than a segment below the bound. */
	cr_assert_gt(stats().bytes, small.max_size - 2 * SEGMENT);
	cr_assert_eq(read_all(), total - before);
}

Test(spool_trim, what_was_delivered_is_not_dropped)
{
	struct spool_reader *reader;
	struct spool_record record;
	const uint32_t seen = PER_SEGMENT + 10, total = 12 * PER_SEGMENT;

	put_small(0, 3 * PER_SEGMENT);
	reader = reader_make();
	for (uint32_t i = 0; i < seen; i++)
		record = expect(reader, i);
	commit(reader, &record);
	put_small(3 * PER_SEGMENT, total - 3 * PER_SEGMENT);
	cr_assert_gt(stats().dropped_records, PER_SEGMENT);
	/* The reader was in the first that went; it goes on with the next. */
	cr_assert_eq(seen + stats().dropped_records + drain(reader), total);
	spool_reader_destroy(reader);
}

Test(spool_trim, segment_below_the_cursor_was_delivered)
{
	put_small(0, 3 * PER_SEGMENT);
	file_text("cursor", "2 0\n");
	put_small(3 * PER_SEGMENT, 3 * PER_SEGMENT);
	/* 1 was done, 2 was not. */
	cr_assert_eq(stats().dropped_records % PER_SEGMENT, 0);
	cr_assert_eq(PER_SEGMENT + stats().dropped_records + read_all(),
		     6 * PER_SEGMENT);
}

Test(spool_trim, damaged_cursor_counts_all)
{
	put_small(0, 3 * PER_SEGMENT);
	file_text("cursor", "1 601\n"); /* no record ends there */
	put_small(3 * PER_SEGMENT, 3 * PER_SEGMENT);
	cr_assert_eq(stats().dropped_records + read_all(), 6 * PER_SEGMENT);
}

Test(spool_trim, torn_bytes_are_counted_as_such)
{
	put_small(0, 10);
	file_append("current", "OTL1", 4);
	put_small(10, 8 * PER_SEGMENT);
	cr_assert_eq(stats().torn_bytes, 4);
	cr_assert_eq(stats().torn_runs, 1);
	cr_assert_eq(stats().dropped_bytes,
		     stats().dropped_records * RECORD_SIZE);
	cr_assert_eq(stats().dropped_records + read_all(),
		     10 + 8 * PER_SEGMENT);
}

/* What the agent is delivering is passed over, and the next ones go. */
Test(spool_trim, segment_in_delivery_is_spared)
{
	struct spool_reader *reader;
	struct spool_record record;
	const uint32_t total = 20 * PER_SEGMENT;

	put_small(0, PER_SEGMENT);
	reader = reader_make();
	record = expect(reader, 0);
	put_small(PER_SEGMENT, total - PER_SEGMENT);
	cr_assert_gt(stats().dropped_records, 10 * PER_SEGMENT);
	cr_assert_leq(stats().bytes, small.max_size);
	for (uint32_t i = 1; i < PER_SEGMENT; i++)
		record = expect(reader, i);
	commit(reader, &record);
	cr_assert_eq(PER_SEGMENT + stats().dropped_records + drain(reader),
		     total);
	spool_reader_destroy(reader);
}

Test(spool_trim, rewind_gives_it_up)
{
	struct spool_reader *reader;
	const uint32_t total = 8 * PER_SEGMENT;

	put_small(0, PER_SEGMENT);
	reader = reader_make();
	expect(reader, 0);
	cr_assert_eq(spool_rewind(reader, &err), 0);
	put_small(PER_SEGMENT, total - PER_SEGMENT);
	cr_assert_gt(stats().dropped_records, 0);
	cr_assert_eq(stats().dropped_records + drain(reader), total);
	spool_reader_destroy(reader);
}

Test(spool_trim, segment_a_writer_still_holds_is_spared)
{
	int fd;

	put_small(0, PER_SEGMENT);
	fd = openat(spool.fd, "current", O_RDWR | O_CLOEXEC);
	cr_assert_eq(flock(fd, LOCK_SH), 0);
	put_small(PER_SEGMENT, 7 * PER_SEGMENT);
	cr_assert(exists(segment(1)));
	cr_assert_not(exists(segment(2)));
	close(fd);
	put_small(8 * PER_SEGMENT, PER_SEGMENT);
	cr_assert_not(exists(segment(1)));
}

Test(spool_trim, odd_things_among_the_segments_protect_nothing)
{
	char name[64];

	snprintf(name, sizeof(name), "%s", segment(1));
	cr_assert_eq(mkdirat(spool.fd, name, 0700), 0);
	put_small(0, 12 * PER_SEGMENT);
	cr_assert_leq(stats().bytes, small.max_size);
	cr_assert(exists(name));
	cr_assert_eq(unlinkat(spool.fd, name, AT_REMOVEDIR), 0);
	cr_assert_eq(stats().dropped_records + read_all(), 12 * PER_SEGMENT);
}

/* Somebody else is at it: the writer neither waits nor loses anything, and
 * grows current to max_size at most. */
Test(spool_trim, lock_of_rotation_is_not_waited_for)
{
	uint32_t n = 0;
	int fd;

	put_small(0, 1);
	fd = openat(spool.fd, "rotate.lock", O_RDWR | O_CREAT | O_CLOEXEC,
		    0600);
	cr_assert_eq(flock(fd, LOCK_EX), 0);
	while (record_append(&small, ++n, RECORD_LEN) == 0)
		cr_assert_lt(n, 1000000);
	cr_assert(strstr(err.msg, "can not be set aside"), "%s", err.msg);
	cr_assert_eq(stats().segments, 1);
	cr_assert_eq(stats().bytes, n * RECORD_SIZE);
	cr_assert_eq(n, small.max_size / RECORD_SIZE);
	close(fd);
	put_small(n, 1);
	cr_assert_eq(stats().dropped_records, n);
	cr_assert_eq(read_all(), 1);
}

/* ---- a trimmer that died between counting and removing ------------------- */

static void condemn(uint64_t number)
{
	const struct spool_counts counts = { .dropped_records = PER_SEGMENT,
					     .condemned = number };

	cr_assert_eq(spool_counts_condemn(spool.fd, &counts, &err), 0);
}

Test(spool_trim, counted_segment_is_not_delivered)
{
	struct spool_reader *reader;

	put_small(0, 2 * PER_SEGMENT + 1);
	condemn(1);
	reader = reader_make();
	expect(reader, PER_SEGMENT);
	cr_assert_not(exists(segment(1)));
	spool_reader_destroy(reader);
	cr_assert_eq(stats().dropped_records, PER_SEGMENT);
}

Test(spool_trim, counted_segment_is_not_counted_again)
{
	put_small(0, 2 * PER_SEGMENT);
	condemn(1);
	put_small(2 * PER_SEGMENT, 10 * PER_SEGMENT);
	cr_assert_eq(stats().dropped_records + read_all(), 12 * PER_SEGMENT);
}

Test(spool_trim, condemned_number_used_again_is_delivered)
{
	put_small(0, 1);
	condemn(1); /* it is gone, which nobody had time to note */
	put_small(1, PER_SEGMENT);
	cr_assert_eq(read_all(), PER_SEGMENT + 1);
}
