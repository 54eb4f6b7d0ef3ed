/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The spool's files as a disk, another version or a hand may leave them:
 * everything is read to its end, delivered and removed.  spool_case.h says
 * what the input means.
 */
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

#include "spool/counts.h"
#include "spool/file.h"
#include "spool/record.h"
#include "spool/rotate.h"
#include "spool_case.h"
#include "unit/temp_dir.h"

static const char *const names[] = {
	[SPOOL_CASE_CURRENT] = "current",
	[SPOOL_CASE_SEGMENT_1] = "segment.00000000000000000001",
	[SPOOL_CASE_SEGMENT_2] = "segment.00000000000000000002",
	[SPOOL_CASE_SEGMENT_7] = "segment.00000000000000000007",
	[SPOOL_CASE_SEGMENT_LAST] = "segment.09223372036854775806",
	[SPOOL_CASE_CURSOR] = "cursor",
	[SPOOL_CASE_DROPPED] = "dropped",
	[SPOOL_CASE_CURSOR_TMP] = "cursor.tmp",
};

#define N_NAMES (sizeof(names) / sizeof(names[0]))

static struct temp_dir dir;

/* How often to commit, in records, and whether spool_mark takes turns. */
struct pace {
	size_t interval;
	bool mark;
};

struct outcome {
	size_t reads;   /* records, repeats included */
	uint64_t bytes; /* of records, each once */
	bool failed;    /* an error was reported */
};

/* ---- the spool --------------------------------------------------------- */

static void repair_records(uint8_t *data, size_t len)
{
	for (size_t i = 0; i + SPOOL_HEADER_SIZE <= len; i++) {
		struct spool_header header;

		if (!spool_header_decode(data + i, &header) ||
		    header.len > len - i - SPOOL_HEADER_SIZE)
			continue;
		spool_header_encode(&header, data + i + SPOOL_HEADER_SIZE,
				    data + i);
		i += SPOOL_HEADER_SIZE + header.len - 1;
	}
}

static void repair(size_t which, uint8_t *data, size_t len)
{
	if (which != SPOOL_CASE_DROPPED)
		repair_records(data, len);
	else if (len >= 8)
		spool_put_le(data + len - 8,
			     spool_checksum(data, len - 8, NULL, 0), 8);
}

static void put_file(size_t which, bool right, const uint8_t *data, size_t len)
{
	_cleanup_free_ char *copy = fuzz_copy(data, len);
	_cleanup_close_ int fd =
		openat(dir.fd, names[which],
		       O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (right)
		repair(which, (uint8_t *)copy, len);
	CHECK(fd >= 0);
	CHECK(write(fd, copy, len) == (ssize_t)len);
}

/* Returns which files there are, a bit each. */
static unsigned make_spool(struct fuzz_input input)
{
	unsigned made = 0;

	for (size_t i = 0; i < N_NAMES; i++)
		unlinkat(dir.fd, names[i], 0);
	while (input.len >= 4) {
		size_t which = input.data[0] & SPOOL_CASE_WHICH;
		bool right = input.data[0] & SPOOL_CASE_REPAIR;
		size_t len = spool_get_le(input.data + 1, 3);

		input.data += 4;
		input.len -= 4;
		if (len > input.len)
			len = input.len;
		put_file(which, right, input.data, len);
		made |= 1u << which;
		input.data += len;
		input.len -= len;
	}
	return made;
}

static uint64_t spool_bytes(void)
{
	struct spool_stats stats;
	struct err err;

	CHECK(spool_stats(dir.fd, &stats, &err) == 0);
	return stats.bytes;
}

static struct spool_counts counts(void)
{
	struct spool_counts now;
	struct err err;

	CHECK(spool_counts_read(dir.fd, &now, &err) == 0);
	return now;
}

/* ---- reading ----------------------------------------------------------- */

static void check_record(const struct spool_record *record,
			 const struct spool_record *last)
{
	CHECK(record->len <= SPOOL_PAYLOAD_MAX);
	CHECK(record->end >= SPOOL_HEADER_SIZE + record->len);
	CHECK(record->segment > last->segment ||
	      (record->segment == last->segment && record->end > last->end));
	/* Reads every byte, for AddressSanitizer. */
	CHECK(!record->len || record->payload);
	for (size_t i = 0; i < record->len; i++)
		*(volatile const uint8_t *)(record->payload + i);
}

static bool failed(const struct err *err, struct outcome *outcome)
{
	CHECK(*err->msg && fuzz_is_log_text(err->msg));
	outcome->failed = true;
	return false;
}

/* Reads and commits until stop records came or none is left.  Returns false
 * at the end. */
static bool read_some(struct spool_reader *reader, struct pace pace,
		      size_t stop, struct outcome *outcome)
{
	struct spool_record record, last = { 0 };
	uint64_t uncommitted = 0;
	struct err err = { "" };
	size_t n = 0;
	int r;

	while ((r = spool_read(reader, &record, &err)) > 0) {
		check_record(&record, &last);
		last = record;
		uncommitted += SPOOL_HEADER_SIZE + record.len;
		outcome->reads++;
		if (++n % pace.interval == 0) {
			bool mark = pace.mark && n / pace.interval % 2;

			if ((mark ? spool_mark
				  : spool_commit)(reader, record.segment,
						  record.end, &err) < 0)
				return failed(&err, outcome);
			outcome->bytes += uncommitted;
			uncommitted = 0;
		}
		if (n == stop)
			return true;
	}
	if (r < 0)
		return failed(&err, outcome);
	CHECK(!spool_blocked(reader));
	if (uncommitted &&
	    spool_commit(reader, last.segment, last.end, &err) < 0)
		return failed(&err, outcome);
	outcome->bytes += uncommitted;
	return false;
}

static struct spool_reader *reader_make(void)
{
	struct err err;
	struct spool_reader *reader = spool_reader_create(dir.fd, &err);

	CHECK(reader);
	return reader;
}

static void read_all(enum spool_case_way way, struct pace pace,
		     struct outcome *outcome)
{
	struct spool_reader *reader = reader_make();
	size_t stop = way == SPOOL_CASE_READ ? SIZE_MAX : 2;
	bool more = read_some(reader, pace, stop, outcome);

	if (more && way == SPOOL_CASE_REWIND)
		CHECK(spool_rewind(reader, NULL) == 0);
	if (more && way == SPOOL_CASE_RESTART) {
		spool_reader_destroy(reader);
		reader = reader_make();
	}
	if (more)
		read_some(reader, pace, SIZE_MAX, outcome);
	spool_reader_destroy(reader);
}

/* All is delivered: a new reader finds nothing, and nothing is left. */
static void check_drained(void)
{
	struct spool_reader *reader = reader_make();
	struct spool_record record;
	struct err err;

	CHECK(spool_read(reader, &record, &err) == 0);
	CHECK(spool_bytes() == 0);
	spool_reader_destroy(reader);
}

/* ---- the two ways out of a spool ---------------------------------------- */

/* Every byte was of a record or is counted as torn. */
static void deliver(enum spool_case_way way, struct pace pace, unsigned made)
{
	const unsigned state =
		1u << SPOOL_CASE_CURSOR | 1u << SPOOL_CASE_DROPPED;
	const struct spool_counts before = counts();
	struct outcome outcome = { 0 };
	uint64_t total = spool_bytes();

	read_all(way, pace, &outcome);
	/* A record is read twice at most. */
	CHECK(outcome.reads <= 2 * (total / SPOOL_HEADER_SIZE));
	if (outcome.failed)
		return;
	check_drained();
	if (!(made & state))
		CHECK(outcome.bytes + counts().torn_bytes - before.torn_bytes ==
		      total);
}

/* Every byte was of a dropped record or is counted as torn. */
static void drop(unsigned made)
{
	const unsigned state =
		1u << SPOOL_CASE_CURSOR | 1u << SPOOL_CASE_DROPPED;
	struct spool_counts after;
	struct err err = { "" };
	int fd = spool_rotate_open(dir.fd, &err);
	uint64_t total;

	CHECK(fd >= 0);
	CHECK(spool_rotate_lock(dir.fd, fd, &err) == 1);
	unlinkat(dir.fd, SPOOL_CURRENT, 0);
	total = spool_bytes();
	if (spool_trim(dir.fd, 0, &err) < 0) {
		CHECK(fuzz_is_log_text(err.msg));
	} else {
		after = counts();
		CHECK(spool_bytes() == 0);
		CHECK(made & state ||
		      after.dropped_bytes + after.torn_bytes == total);
	}
	spool_unlock_close(&fd);
}

static void leave(void)
{
	temp_dir_remove(&dir);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *parent = getenv("TMPDIR");
	int n = snprintf(dir.path, sizeof(dir.path), "%s/spool.XXXXXX",
			 parent ? parent : "/tmp");

	(void)argc;
	(void)argv;
	CHECK(n > 0 && (size_t)n < sizeof(dir.path) && mkdtemp(dir.path));
	dir.fd = open(dir.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(dir.fd >= 0);
	atexit(leave);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum spool_case_way way;
	struct pace pace;
	unsigned made;

	if (!size)
		return 0;
	way = data[0] & 3;
	pace.interval = 1 + (data[0] >> SPOOL_CASE_COMMIT_SHIFT &
			     SPOOL_CASE_COMMIT_MASK);
	pace.mark = data[0] & SPOOL_CASE_MARK;
	made = make_spool((struct fuzz_input){ data + 1, size - 1 });
	if (way == SPOOL_CASE_TRIM)
		drop(made);
	else
		deliver(way, pace, made);
	return 0;
}
