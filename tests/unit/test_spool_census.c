/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What waits in a spool: counted on from where the count stood, it is what a
 * count from the beginning finds, whatever happened in between. */
#include "config.h"

#include "spool/census.h"

#include "spool/record.h"
#include "spool_support.h"

#define SEGMENT (64 * 1024)
#define STEPS 400

static const struct spool_options small = { .max_size = 4 * SEGMENT };

static struct spool_census census;

static void teardown(void)
{
	spool_census_free(&census);
	spool_teardown();
}

TestSuite(spool_census, .init = spool_setup, .fini = teardown, .timeout = 120);

static struct spool_waiting update(struct spool_census *of)
{
	struct spool_waiting waiting;

	cr_assert_eq(spool_census_update(of, spool.fd, &waiting, &err), 0, "%s",
		     err.msg);
	return waiting;
}

static struct spool_waiting afresh(void)
{
	struct spool_census other = { 0 };
	struct spool_waiting waiting = update(&other);

	spool_census_free(&other);
	return waiting;
}

/* Counts on, and from the beginning; both must agree. */
static struct spool_waiting count(void)
{
	struct spool_waiting fresh = afresh(), waiting = update(&census);

	cr_assert_eq(waiting.records, fresh.records, "%lu for %lu",
		     waiting.records, fresh.records);
	cr_assert_eq(waiting.spans, fresh.spans);
	cr_assert_eq(waiting.oldest_ns, fresh.oldest_ns);
	return waiting;
}

static void deliver(struct spool_reader *reader, uint32_t first, uint32_t n)
{
	for (uint32_t i = first; i < first + n; i++) {
		struct spool_record record = expect(reader, i);

		commit(reader, &record);
	}
}

Test(spool_census, a_spool_that_is_not_there)
{
	struct spool_waiting waiting = { .records = 42 };

	cr_assert_eq(spool_census_update(&census, -1, &waiting, &err), -1);
	cr_assert_eq(waiting.records, 42);
}

Test(spool_census, an_empty_spool)
{
	struct spool_waiting waiting = count();

	cr_assert_eq(waiting.records, 0);
	cr_assert_eq(waiting.oldest_ns, 0);
}

Test(spool_census, counts_and_changes_nothing)
{
	struct spool_reader *reader;
	struct spool_record record;

	for (uint32_t i = 0; i < 10; i++)
		put(i);
	spool_append(spool.fd, &roomy, SPOOL_COMMENT, 1, "x", 1, &err);
	cr_assert_eq(count().records, 11);
	cr_assert_eq(count().spans, 10);
	reader = reader_make();
	record = expect(reader, 0);
	cr_assert_eq(count().records, 11, "read is not delivered");
	cr_assert_eq(count().oldest_ns, record.time_ns);
	commit(reader, &record);
	cr_assert_eq(count().records, 10);
	record = expect(reader, 1);
	cr_assert_eq(count().oldest_ns, record.time_ns);
	deliver(reader, 2, 8);
	cr_assert_eq(count().spans, 0);
	cr_assert_eq(count().records, 1, "the comment");
	cr_assert_gt(count().oldest_ns, record.time_ns);
	spool_reader_destroy(reader);
	reader = reader_make();
	cr_assert_eq(spool_read(reader, &record, &err), 1);
	spool_reader_destroy(reader);
}

Test(spool_census, follows_current_when_it_is_set_aside)
{
	struct spool_reader *reader;

	for (uint32_t i = 0; i < 5; i++)
		put(i);
	cr_assert_eq(count().spans, 5);
	reader = reader_make();
	deliver(reader, 0, 2);
	for (uint32_t i = 5; i < 8; i++)
		put(i);
	cr_assert_eq(count().spans, 6);
	deliver(reader, 2, 6);
	cr_assert_eq(count().spans, 0);
	cr_assert_eq(count().oldest_ns, 0);
	put(9);
	cr_assert_eq(count().spans, 1);
	spool_reader_destroy(reader);
}

Test(spool_census, a_removed_file_is_not_taken_for_the_next)
{
	/* the inode is often the same again */
	for (uint32_t i = 0; i < 20; i++) {
		put(i);
		put(i);
		cr_assert_eq(count().spans, 2);
		cr_assert_eq(unlinkat(spool.fd, "current", 0), 0);
		put(i);
		put(i);
		put(i);
		cr_assert_eq(count().spans, 3);
		cr_assert_eq(unlinkat(spool.fd, "current", 0), 0);
	}
}

Test(spool_census, torn_records)
{
	static const char junk[] = "OTL1 is no record";
	uint8_t bytes[2 * RECORD_SIZE];
	size_t len;

	put(1);
	put(2);
	len = file_read("current", bytes, sizeof(bytes));
	file_append("current", junk, sizeof(junk));
	cr_assert_eq(count().spans, 2);
	put(3);
	cr_assert_eq(count().spans, 3);
	/* half of one that a killed writer left, then a whole one */
	file_append("current", bytes, RECORD_SIZE / 2);
	cr_assert_eq(count().spans, 3);
	file_append("current", bytes, len);
	cr_assert_eq(count().spans, 5);
}

Test(spool_census, damaged_cursor)
{
	for (uint32_t i = 0; i < 5; i++)
		put(i);
	set_aside_as(7);
	file_text("cursor", "7 1200\n");
	cr_assert_eq(count().spans, 3);
	file_text("cursor", "7 1201\n");
	cr_assert_eq(count().spans, 5, "it points into a record");
	file_text("cursor", "7 600\n");
	cr_assert_eq(count().spans, 4, "it went back");
	file_text("cursor", "7 3000\n");
	cr_assert_eq(count().spans, 0);
	file_text("cursor", "7 3001\n");
	cr_assert_eq(count().spans, 5, "it points behind the end");
	file_text("cursor", "8 0\n");
	cr_assert_eq(count().spans, 0, "the segment was delivered");
	file_text("cursor", "nonsense");
	cr_assert_eq(count().spans, 5);
}

/* A spool at work: writers, a reader that falls behind, the bound. */
Test(spool_census, random_work)
{
	struct spool_reader *reader = reader_make();
	uint64_t state = 42, appended = 0, delivered = 0;
	struct spool_record record;
	uint32_t dice;

	for (unsigned step = 0; step < STEPS; step++) {
		random_bytes(&state, (uint8_t *)&dice, sizeof(dice));
		for (uint32_t n = dice / 8 % 40; dice % 8 < 4 && n; n--)
			appended += record_append(&small, n, RECORD_LEN) == 0;
		for (uint32_t n = dice / 8 % 40; dice % 8 > 4 && n; n--) {
			if (spool_read(reader, &record, &err) != 1)
				break;
			commit(reader, &record);
			delivered++;
		}
		if (dice % 8 == 4)
			spool_rewind(reader, &err);
		cr_assert_eq(count().records,
			     appended - delivered - stats().dropped_records,
			     "step %u", step);
	}
	cr_assert_gt(stats().dropped_records, 0);
	cr_assert_gt(delivered, 0);
	spool_reader_destroy(reader);
}

/* What was counted is not read again: it may be gone by now. */
Test(spool_census, reads_only_what_is_new)
{
	static const uint8_t zeros[RECORD_SIZE];
	int fd;

	put(1);
	put(2);
	put(3);
	cr_assert_eq(update(&census).spans, 3);
	fd = openat(spool.fd, "current", O_WRONLY);
	cr_assert_eq(pwrite(fd, zeros, RECORD_SIZE, RECORD_SIZE), RECORD_SIZE);
	close(fd);
	put(4);
	cr_assert_eq(update(&census).spans, 4);
	cr_assert_eq(afresh().spans, 3);
}
