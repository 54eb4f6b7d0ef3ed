/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of the spool share: a spool in a temporary directory, and
 * records whose contents follow from their number, so that any reader can
 * tell whether one is whole. */
#ifndef OTEL_TESTS_SPOOL_SUPPORT_H
#define OTEL_TESTS_SPOOL_SUPPORT_H

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/spool.h"
#include "support.h"
#include "temp_dir.h"

#define MIB (1024 * 1024)
#define RECORD_LEN 568 /* payload; with its header 600 bytes */
#define RECORD_SIZE (SPOOL_HEADER_SIZE + RECORD_LEN)

static const struct spool_options roomy = { .max_size = 256 * MIB };

static struct temp_dir spool;
static struct err err;

static inline void spool_setup(void)
{
	temp_dir_make(&spool);
}

static inline void spool_teardown(void)
{
	temp_dir_remove(&spool);
}

/* The payload of record `number`; some are all magic, which tempts a reader
 * that looks for one. */
static inline void record_fill(uint32_t number, uint8_t *ret, size_t len)
{
	uint64_t state = number;

	random_bytes(&state, ret, len);
	if (number % 7 == 0)
		for (size_t i = 0; i < len; i++)
			ret[i] = (uint8_t) "OTL1"[i % 4];
}

static inline size_t record_len(uint32_t number)
{
	return number % 5 ? RECORD_LEN : 1 + number % 3000;
}

static inline int record_append(const struct spool_options *options,
				uint32_t number, size_t len)
{
	static uint8_t payload[SPOOL_PAYLOAD_MAX];

	record_fill(number, payload, len);
	return spool_append(spool.fd, options, SPOOL_SPAN, number, payload, len,
			    &err);
}

static inline void put(uint32_t number)
{
	cr_assert_eq(record_append(&roomy, number, RECORD_LEN), 0, "%s",
		     err.msg);
}

static inline bool record_is_whole(const struct spool_record *record)
{
	static uint8_t payload[SPOOL_PAYLOAD_MAX];

	record_fill(record->job_id, payload, record->len);
	return record->kind == SPOOL_SPAN &&
	       !memcmp(record->payload, payload, record->len);
}

static inline struct spool_reader *reader_make(void)
{
	struct spool_reader *reader = spool_reader_create(spool.fd, &err);

	cr_assert(reader, "%s", err.msg);
	return reader;
}

/* Reads one record, which has to be `number`. */
static inline struct spool_record expect(struct spool_reader *reader,
					 uint32_t number)
{
	struct spool_record record;
	int r = spool_read(reader, &record, &err);

	cr_assert_eq(r, 1, "record %u: %d %s", number, r, r < 0 ? err.msg : "");
	cr_assert_eq(record.job_id, number, "found %u", record.job_id);
	cr_assert(record_is_whole(&record), "record %u", number);
	return record;
}

static inline void expect_end(struct spool_reader *reader)
{
	struct spool_record record;
	int r = spool_read(reader, &record, &err);

	cr_assert_eq(r, 0, "%d %s", r, r < 0 ? err.msg : "a record");
}

static inline void commit(struct spool_reader *reader,
			  const struct spool_record *record)
{
	cr_assert_eq(spool_commit(reader, record->segment, record->end, &err),
		     0, "%s", err.msg);
}

static inline struct spool_stats stats(void)
{
	struct spool_stats stats;

	cr_assert_eq(spool_stats(spool.fd, &stats, &err), 0, "%s", err.msg);
	return stats;
}

static inline const char *segment(uint64_t number)
{
	static char name[2][64];
	static int i;

	i = !i;
	snprintf(name[i], sizeof(name[i]), "segment.%020" PRIu64, number);
	return name[i];
}

static inline bool exists(const char *name)
{
	return faccessat(spool.fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static inline size_t file_read(const char *name, uint8_t *ret, size_t size)
{
	int fd = openat(spool.fd, name, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	cr_assert_geq(fd, 0, "%s: %s", name, strerror(errno));
	n = read(fd, ret, size);
	cr_assert_geq(n, 0);
	close(fd);
	return (size_t)n;
}

static inline void file_write(const char *name, const void *data, size_t len)
{
	int fd = openat(spool.fd, name,
			O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	cr_assert_geq(fd, 0, "%s: %s", name, strerror(errno));
	cr_assert_eq(write(fd, data, len), (ssize_t)len);
	close(fd);
}

static inline void file_text(const char *name, const char *text)
{
	file_write(name, text, strlen(text));
}

static inline void file_append(const char *name, const void *data, size_t len)
{
	int fd = openat(spool.fd, name,
			O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);

	cr_assert_geq(fd, 0, "%s: %s", name, strerror(errno));
	cr_assert_eq(write(fd, data, len), (ssize_t)len);
	close(fd);
}

/* Sets current aside by hand. */
static inline void set_aside_as(uint64_t number)
{
	cr_assert_eq(renameat(spool.fd, "current", spool.fd, segment(number)),
		     0);
}

/* Memory that a test's children share with it; never freed. */
static inline void *shared_alloc(size_t len)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	cr_assert_neq(p, MAP_FAILED);
	return p;
}

#endif
