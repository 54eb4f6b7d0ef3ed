/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records that spool_append would not write; see spool_tool.c. */
#include "spool_tool.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spool/record.h"
#include "spool/spool.h"
#include "util/cleanup.h"

#define RECORD_MAX (SPOOL_HEADER_SIZE + 1024)

static size_t make_record(uint8_t version, uint64_t number, uint8_t *ret)
{
	struct spool_header header = {
		.version = version,
		.kind = SPOOL_SPAN,
		.job_id = (uint32_t)number,
		.time_ns = 1700000000000000000,
	};

	header.len =
		(uint32_t)make_span(number, "test", ret + SPOOL_HEADER_SIZE);
	spool_header_encode(&header, ret + SPOOL_HEADER_SIZE, ret);
	return SPOOL_HEADER_SIZE + header.len;
}

/* Opens current to append bytes; nobody else may be at the spool. */
static FILE *open_current(const char *spool)
{
	struct err err;
	_cleanup_close_ int dir =
		spool_open_dir(spool, true, (uid_t)-1, (gid_t)-1, &err);
	int fd = dir < 0 ? -1
			 : openat(dir, "current",
				  O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC,
				  0600);
	FILE *out = fd < 0 ? NULL : fdopen(fd, "a");

	if (!out)
		fprintf(stderr, "spool_tool: %s can not be written\n", spool);
	return out;
}

static int close_current(FILE *out)
{
	return fclose(out) ? fail(&(struct err){ "write failed" }) : 0;
}

int write_version(int argc, char **argv)
{
	uint8_t record[RECORD_MAX];
	struct numbers numbers;
	FILE *out;

	if (argc < 6)
		return usage();
	numbers = numbers_parse(&argv[4]);
	out = open_current(argv[2]);
	if (!out)
		return 1;
	for (uint64_t i = numbers.first; i < numbers.end; i++)
		fwrite(record, 1,
		       make_record((uint8_t)atoi(argv[3]), i, record), out);
	return close_current(out);
}

/* Three spans, the middle one damaged: bit flipped, then cut at len. */
static void put_three(FILE *out, uint64_t first, size_t bit, size_t len)
{
	uint8_t record[RECORD_MAX];
	size_t whole = make_record(SPOOL_VERSION, first, record);

	fwrite(record, 1, whole, out);
	make_record(SPOOL_VERSION, first + 1, record);
	if (bit < 8 * whole)
		record[bit / 8] ^= (uint8_t)(1 << bit % 8);
	fwrite(record, 1, len, out);
	make_record(SPOOL_VERSION, first + 2, record);
	fwrite(record, 1, whole, out);
}

int write_damaged(int argc, char **argv)
{
	uint8_t record[RECORD_MAX];
	size_t len = make_record(SPOOL_VERSION, 1, record);
	bool flips = !strcmp(argv[1], "flips");
	size_t n = flips ? 8 * len : len - 1, bytes = 0;
	uint64_t first;
	FILE *out;

	if (argc < 4)
		return usage();
	first = strtoull(argv[3], NULL, 10);
	out = open_current(argv[2]);
	if (!out)
		return 1;
	for (size_t i = 0; i < n; i++) {
		size_t left = flips ? len : i + 1;

		put_three(out, first + 3 * i, flips ? i : SIZE_MAX, left);
		bytes += left;
	}
	printf("%zu %zu\n", n, bytes);
	return close_current(out);
}
