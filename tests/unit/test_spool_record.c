/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The format of a record, and the walk over a file of good and bad ones. */
#include "config.h"

#include "spool/record.h"
#include "spool/scan.h"

#include "spool_support.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

TestSuite(spool_record, .init = spool_setup, .fini = spool_teardown);

static uint8_t file[2 * SPOOL_RECORD_MAX];
static size_t file_len;

static void add_bytes(const void *data, size_t len)
{
	cr_assert_leq(file_len + len, sizeof(file));
	memcpy(file + file_len, data, len);
	file_len += len;
}

static void add_version(uint32_t number, size_t len, uint8_t version)
{
	struct spool_header header = { .version = version,
				       .kind = SPOOL_SPAN,
				       .len = (uint32_t)len,
				       .job_id = number };
	uint8_t *at = file + file_len;

	cr_assert_leq(file_len + SPOOL_HEADER_SIZE + len, sizeof(file));
	record_fill(number, at + SPOOL_HEADER_SIZE, len);
	spool_header_encode(&header, at + SPOOL_HEADER_SIZE, at);
	file_len += SPOOL_HEADER_SIZE + len;
}

static void add(uint32_t number)
{
	add_version(number, RECORD_LEN, SPOOL_VERSION);
}

/* Walks over the file; numbers has to be what is found, up to a 0. */
static struct spool_scan walk(const uint32_t *numbers)
{
	struct spool_scan scan = SPOOL_SCAN_INIT, result;
	struct spool_header header;
	const uint8_t *payload;
	int fd, r;

	file_write("file", file, file_len);
	fd = openat(spool.fd, "file", O_RDONLY | O_CLOEXEC);
	spool_scan_start(&scan, fd, file_len);
	while ((r = spool_scan_next(&scan, &header, &payload, &err)) > 0) {
		uint8_t *expected = malloc(header.len);

		cr_assert_eq(header.job_id, *numbers, "%u", header.job_id);
		record_fill(*numbers++, expected, header.len);
		cr_assert_arr_eq(payload, expected, header.len);
		free(expected);
	}
	cr_assert_eq(r, 0, "%s", err.msg);
	cr_assert_eq(*numbers, 0, "%u is missing", *numbers);
	cr_assert_eq(scan.off, file_len);
	close(fd);
	result = scan;
	spool_scan_free(&scan);
	return result;
}

#define WALK(...) walk((const uint32_t[]){ __VA_ARGS__, 0 })

Test(spool_record, header_has_the_documented_layout)
{
	const struct spool_header header = { .version = 1,
					     .kind = 2,
					     .len = 5,
					     .job_id = 0x01020304,
					     .time_ns = 0x1112131415161718 };
	const uint8_t expected[24] = { 'O',  'T',  'L',  '1',  1,    2,
				       0,    0,    5,    0,    0,    0,
				       4,    3,    2,    1,    0x18, 0x17,
				       0x16, 0x15, 0x14, 0x13, 0x12, 0x11 };
	uint8_t data[29], bytes[SPOOL_HEADER_SIZE];
	XXH64_hash_t hash;

	spool_header_encode(&header, "hello", bytes);
	cr_assert_arr_eq(bytes, expected, sizeof(expected));
	memcpy(data, expected, 24);
	memcpy(data + 24, "hello", 5);
	hash = XXH3_64bits(data, sizeof(data));
	for (int i = 0; i < 8; i++)
		cr_assert_eq(bytes[24 + i], (uint8_t)(hash >> 8 * i));
}

Test(spool_record, header_comes_back)
{
	const struct spool_header header = { 1, 7, SPOOL_PAYLOAD_MAX, 42, 99 };
	struct spool_header back = { 0 };
	static uint8_t data[SPOOL_RECORD_MAX];

	spool_header_encode(&header, data + SPOOL_HEADER_SIZE, data);
	cr_assert(spool_header_decode(data, &back));
	cr_assert_eq(back.version, 1);
	cr_assert_eq(back.kind, 7);
	cr_assert_eq(back.len, SPOOL_PAYLOAD_MAX);
	cr_assert_eq(back.job_id, 42);
	cr_assert_eq(back.time_ns, 99);
	cr_assert(spool_record_verify(data, back.len));
}

Test(spool_record, impossible_headers_are_refused)
{
	struct spool_header header = { 1, 1, SPOOL_PAYLOAD_MAX, 1, 1 };
	static uint8_t payload[SPOOL_PAYLOAD_MAX + 1];
	uint8_t data[SPOOL_HEADER_SIZE];
	const struct spool_header untouched = { 9, 9, 9, 9, 9 };
	struct spool_header back = untouched;

	header.len++;
	spool_header_encode(&header, payload, data);
	cr_assert_not(spool_header_decode(data, &back), "too long");
	header.len = 0;
	spool_header_encode(&header, NULL, data);
	cr_assert(spool_header_decode(data, &header), "empty");
	for (int i = 0; i < 4; i++) {
		data[i] ^= 1;
		cr_assert_not(spool_header_decode(data, &back), "magic %d", i);
		data[i] ^= 1;
	}
	data[7] = 1;
	cr_assert_not(spool_header_decode(data, &back), "reserved bytes");
	cr_assert_eq(memcmp(&back, &untouched, sizeof(back)), 0);
}

Test(spool_record, empty_and_tiny_files)
{
	cr_assert_eq(WALK(0).torn_runs, 0);
	add_bytes("O", 1);
	cr_assert_eq(WALK(0).torn_bytes, 1);
	add_bytes("TL1", 3);
	cr_assert_eq(WALK(0).torn_bytes, 4);
}

Test(spool_record, flipped_bit_anywhere_costs_one_record)
{
	for (size_t at = 0; at < RECORD_SIZE; at++) {
		struct spool_scan scan;

		file_len = 0;
		add(1);
		add(2);
		add(3);
		file[RECORD_SIZE + at] ^= (uint8_t)(1u << at % 8);
		scan = WALK(1, 3);
		cr_assert_eq(scan.torn_bytes, RECORD_SIZE, "byte %zu", at);
		cr_assert_eq(scan.torn_runs, 1, "byte %zu", at);
	}
}

Test(spool_record, torn_tail_of_any_length)
{
	for (size_t left = 0; left < RECORD_SIZE; left++) {
		struct spool_scan scan;

		file_len = 0;
		add(1);
		add(2);
		file_len -= RECORD_SIZE - left;
		scan = WALK(1);
		cr_assert_eq(scan.torn_bytes, left);
		cr_assert_eq(scan.torn_runs, left > 0);
	}
}

/* As a full disk leaves it: the start of one, then whole ones. */
Test(spool_record, torn_middle_of_any_length)
{
	for (size_t left = 1; left < RECORD_SIZE; left++) {
		struct spool_scan scan;

		/* What is missing is just what the next one begins with: it
		 * makes this one whole, and nobody could tell. */
		if (left == RECORD_SIZE - 4)
			continue;
		file_len = 0;
		add(1);
		add(7); /* full of magic */
		file_len -= RECORD_SIZE - left;
		add(3);
		add(4);
		scan = WALK(1, 3, 4);
		cr_assert_eq(scan.torn_bytes, left);
		cr_assert_eq(scan.torn_runs, 1);
	}
}

Test(spool_record, two_torn_runs_are_two)
{
	struct spool_scan scan;

	add_bytes("garbage", 7);
	add(1);
	add_bytes("OTL1 garbage that looks like a header, almost", 45);
	add(2);
	scan = WALK(1, 2);
	cr_assert_eq(scan.torn_bytes, 52);
	cr_assert_eq(scan.torn_runs, 2);
}

/* A whole record inside another's payload is found only when the outer one
 * is torn, never beside it. */
Test(spool_record, record_in_a_record_is_not_found)
{
	uint8_t inner[RECORD_SIZE];
	struct spool_header outer = { .version = SPOOL_VERSION,
				      .kind = SPOOL_SPAN,
				      .len = RECORD_SIZE,
				      .job_id = 5 };
	struct spool_scan scan = SPOOL_SCAN_INIT;
	const uint8_t *payload;
	struct spool_header header;
	int fd;

	add(1);
	memcpy(inner, file, sizeof(inner));
	file_len = SPOOL_HEADER_SIZE;
	spool_header_encode(&outer, inner, file);
	add_bytes(inner, sizeof(inner));
	file_write("file", file, file_len);
	fd = openat(spool.fd, "file", O_RDONLY | O_CLOEXEC);
	spool_scan_start(&scan, fd, file_len);
	cr_assert_eq(spool_scan_next(&scan, &header, &payload, &err), 1);
	cr_assert_eq(header.job_id, 5);
	cr_assert_eq(spool_scan_next(&scan, &header, &payload, &err), 0);
	close(fd);
	spool_scan_free(&scan);
}

Test(spool_record, later_version_is_skipped_as_a_whole)
{
	struct spool_scan scan;

	add(1);
	add_version(2, RECORD_LEN, SPOOL_VERSION + 1);
	add(3);
	scan = WALK(1, 3);
	cr_assert_eq(scan.torn_bytes, RECORD_SIZE);
	cr_assert_eq(scan.torn_runs, 1);
}

/* Window and record sizes against each other, a magic across a window's end. */
Test(spool_record, records_of_all_sizes)
{
	static const size_t sizes[] = {
		0, 1, 65503, 65504, 65505, 65536, 70000, SPOOL_PAYLOAD_MAX
	};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		file_len = 0;
		add_version(1, sizes[i], SPOOL_VERSION);
		add(2);
		add_version(3, sizes[i] / 2, SPOOL_VERSION);
		cr_assert_eq(WALK(1, 2, 3).torn_runs, 0, "%zu", sizes[i]);
	}
}

Test(spool_record, resynchronises_across_windows)
{
	for (size_t gap = 65530; gap < 65545; gap++) {
		file_len = 0;
		memset(file, 'O', gap);
		file_len = gap;
		add(1);
		cr_assert_eq(WALK(1).torn_bytes, gap);
	}
}

Test(spool_record, largest_record_torn_and_followed)
{
	struct spool_scan scan;

	add_version(7, SPOOL_PAYLOAD_MAX, SPOOL_VERSION);
	file[SPOOL_PAYLOAD_MAX / 2] ^= 1;
	add(2);
	scan = WALK(2);
	cr_assert_eq(scan.torn_bytes, SPOOL_RECORD_MAX);
}

Test(spool_record, resume_takes_boundaries_only)
{
	struct spool_scan scan = SPOOL_SCAN_INIT;
	int fd;

	add(1);
	add(2);
	add_bytes("torn", 4);
	add(3);
	file_write("file", file, file_len);
	fd = openat(spool.fd, "file", O_RDONLY | O_CLOEXEC);
	for (uint64_t off = 0; off < file_len + 5; off++) {
		bool good = off % RECORD_SIZE == 0 && off <= 2 * RECORD_SIZE;

		good |= off == 2 * RECORD_SIZE + 4 || off == file_len;
		spool_scan_start(&scan, fd, file_len);
		cr_assert_eq(spool_scan_resume(&scan, off, &err), 0);
		cr_assert_eq(scan.off, good ? off : 0, "%" PRIu64, off);
		cr_assert_eq(scan.torn_bytes, 0);
	}
	close(fd);
	spool_scan_free(&scan);
}
