/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads and writes the file `metrics`; see metrics_file.h.
 *
 *        0  u64 magic and version
 *        8  the agent's record
 *     4096  the endpoints' records, RECORD_SIZE each
 *
 * A record is its fields (u64, little-endian, in the order of the tables
 * below), its texts, and at its end the XXH3 of what stands before.
 */
#include "status/metrics_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/file.h"
#include "spool/record.h"
#include "util/cleanup.h"

#define MAGIC "OTLM\1\0\0\0"
#define MAGIC_SIZE 8
#define METRICS_TMP "metrics.tmp"
#define ENDPOINTS_AT 4096
#define RECORD_SIZE 1024
#define FILE_SIZE (ENDPOINTS_AT + METRICS_ENDPOINTS * RECORD_SIZE)
#define CHECKSUM_SIZE 8
#define TRIES 64 /* of a record that is written in a microsecond */

/* What a record is made of. */
struct layout {
	const size_t *numbers;
	size_t n_numbers;
	const size_t *texts;
	size_t n_texts;
};

#define AGENT(field) offsetof(struct agent_metrics, field)
#define ENDPOINT(field) offsetof(struct endpoint_metrics, field)
#define N(array) (sizeof(array) / sizeof((array)[0]))

/* A change here is a new version. */
static const size_t agent_numbers[] = {
	AGENT(taken),
	AGENT(exported),
	AGENT(rejected),
	AGENT(refused),
	AGENT(lost),
	AGENT(unsettled),
	AGENT(repeated),
	AGENT(created),
	AGENT(unknown),
	AGENT(orphans),
	AGENT(comments_set),
	AGENT(comments_failed),
	AGENT(starts),
	AGENT(reloads),
	AGENT(started_ns),
	AGENT(loss_ns),
	AGENT(orphans_damaged),
};

static const size_t endpoint_numbers[] = {
	ENDPOINT(error_ns),
	ENDPOINT(success_ns),
	ENDPOINT(used_ns),
	ENDPOINT(configured),
	ENDPOINT(circuit),
	ENDPOINT(failures),
	ENDPOINT(sent),
	ENDPOINT(retry),
	ENDPOINT(reject),
	ENDPOINT(exported),
	ENDPOINT(rejected),
	ENDPOINT(refused),
	ENDPOINT(bytes),
	ENDPOINT(duration.sum_ns),
	ENDPOINT(duration.buckets[0]),
	ENDPOINT(duration.buckets[1]),
	ENDPOINT(duration.buckets[2]),
	ENDPOINT(duration.buckets[3]),
	ENDPOINT(duration.buckets[4]),
	ENDPOINT(duration.buckets[5]),
	ENDPOINT(duration.buckets[6]),
	ENDPOINT(duration.buckets[7]),
	ENDPOINT(duration.buckets[8]),
	ENDPOINT(duration.buckets[9]),
	ENDPOINT(duration.buckets[10]),
	ENDPOINT(duration.buckets[11]),
};

static const size_t endpoint_texts[] = { ENDPOINT(name), ENDPOINT(error) };

_Static_assert(N(agent_numbers) * 8 == sizeof(struct agent_metrics),
	       "a field of struct agent_metrics is not in the file");
_Static_assert(N(endpoint_numbers) * 8 +
			       N(endpoint_texts) * METRICS_TEXT_SIZE ==
		       sizeof(struct endpoint_metrics),
	       "a field of struct endpoint_metrics is not in the file");
_Static_assert(sizeof(struct endpoint_metrics) + CHECKSUM_SIZE <= RECORD_SIZE &&
		       MAGIC_SIZE + RECORD_SIZE <= ENDPOINTS_AT,
	       "the records do not fit");

static const struct layout agent_layout = { agent_numbers, N(agent_numbers),
					    NULL, 0 };
static const struct layout endpoint_layout = {
	endpoint_numbers, N(endpoint_numbers), endpoint_texts, N(endpoint_texts)
};

/* ---- records ------------------------------------------------------------ */

static void encode(const struct layout *layout, const void *values,
		   uint8_t *ret)
{
	uint8_t *p = ret;
	uint64_t value;

	memset(ret, 0, RECORD_SIZE);
	for (size_t i = 0; i < layout->n_numbers; i++, p += 8) {
		memcpy(&value, (const char *)values + layout->numbers[i], 8);
		spool_put_le(p, value, 8);
	}
	for (size_t i = 0; i < layout->n_texts; i++, p += METRICS_TEXT_SIZE)
		memcpy(p, (const char *)values + layout->texts[i],
		       METRICS_TEXT_SIZE);
	spool_put_le(ret + RECORD_SIZE - CHECKSUM_SIZE,
		     spool_checksum(ret, RECORD_SIZE - CHECKSUM_SIZE, NULL, 0),
		     CHECKSUM_SIZE);
}

static bool decode(const struct layout *layout, const uint8_t *data, void *ret)
{
	const uint8_t *p = data;

	if (spool_get_le(data + RECORD_SIZE - CHECKSUM_SIZE, CHECKSUM_SIZE) !=
	    spool_checksum(data, RECORD_SIZE - CHECKSUM_SIZE, NULL, 0))
		return false;
	for (size_t i = 0; i < layout->n_numbers; i++, p += 8) {
		uint64_t value = spool_get_le(p, 8);

		memcpy((char *)ret + layout->numbers[i], &value, 8);
	}
	for (size_t i = 0; i < layout->n_texts; i++, p += METRICS_TEXT_SIZE) {
		char *text = (char *)ret + layout->texts[i];

		memcpy(text, p, METRICS_TEXT_SIZE);
		text[METRICS_TEXT_SIZE - 1] = '\0';
	}
	return true;
}

/* What is damaged stays zero. */
static void read_record(int fd, uint64_t at, const struct layout *layout,
			void *ret)
{
	uint8_t data[RECORD_SIZE];

	/* The agent may be changing it: look again before giving it up. */
	for (int i = 0; i < TRIES; i++) {
		if (pread(fd, data, sizeof(data), (off_t)at) != sizeof(data) ||
		    decode(layout, data, ret))
			return;
		sched_yield();
	}
}

static int write_record(int fd, uint64_t at, const struct layout *layout,
			const void *values, struct err *err)
{
	uint8_t data[RECORD_SIZE];

	encode(layout, values, data);
	errno = ENOSPC; /* what a short write means; it sets none */
	if (pwrite(fd, data, sizeof(data), (off_t)at) != sizeof(data))
		return err_set(err, "write %s of the spool: %m", METRICS_FILE);
	return 0;
}

static uint64_t endpoint_at(size_t slot)
{
	return ENDPOINTS_AT + slot * RECORD_SIZE;
}

int metrics_file_put_agent(int fd, const struct agent_metrics *agent,
			   struct err *err)
{
	return write_record(fd, MAGIC_SIZE, &agent_layout, agent, err);
}

int metrics_file_put_endpoint(int fd, size_t slot,
			      const struct endpoint_metrics *endpoint,
			      struct err *err)
{
	return write_record(fd, endpoint_at(slot), &endpoint_layout, endpoint,
			    err);
}

/* ---- the file ----------------------------------------------------------- */

/* Of this version and size? */
static bool is_ours(int fd, const struct stat *st)
{
	char magic[MAGIC_SIZE];

	return st->st_size == FILE_SIZE &&
	       pread(fd, magic, sizeof(magic), 0) == sizeof(magic) &&
	       !memcmp(magic, MAGIC, MAGIC_SIZE);
}

static void read_all(int fd, struct metrics_data *ret)
{
	memset(ret, 0, sizeof(*ret));
	read_record(fd, MAGIC_SIZE, &agent_layout, &ret->agent);
	for (size_t i = 0; i < METRICS_ENDPOINTS; i++)
		read_record(fd, endpoint_at(i), &endpoint_layout,
			    &ret->endpoints[i]);
}

int metrics_file_read(int spool_fd, struct metrics_data *ret, struct err *err)
{
	struct stat st;
	_cleanup_close_ int fd =
		spool_file_open(spool_fd, METRICS_FILE, O_RDONLY, &st, err);

	if (fd < 0 && errno != ENOENT)
		return -1;
	if (fd < 0 || !is_ours(fd, &st)) {
		memset(ret, 0, sizeof(*ret));
		return 0;
	}
	read_all(fd, ret);
	return 1;
}

/* Every byte is written, so that the disk has room for each later write. */
static int fill(int fd, const struct metrics_data *data, struct err *err)
{
	static const uint8_t zeros[ENDPOINTS_AT];

	errno = ENOSPC;
	if (pwrite(fd, zeros, sizeof(zeros), 0) != sizeof(zeros) ||
	    pwrite(fd, MAGIC, MAGIC_SIZE, 0) != MAGIC_SIZE)
		return err_set(err, "write %s of the spool: %m", METRICS_FILE);
	for (size_t i = 0; i < METRICS_ENDPOINTS; i++)
		if (metrics_file_put_endpoint(fd, i, &data->endpoints[i], err) <
		    0)
			return -1;
	return metrics_file_put_agent(fd, &data->agent, err);
}

static int make(int spool_fd, const struct metrics_data *data, struct err *err)
{
	struct stat st;
	_cleanup_close_ int fd = -1;
	int r;

	if (unlinkat(spool_fd, METRICS_TMP, 0) < 0 && errno != ENOENT)
		return err_set(err, "remove %s of the spool: %m", METRICS_TMP);
	fd = spool_file_open(spool_fd, METRICS_TMP, O_RDWR | O_CREAT | O_EXCL,
			     &st, err);
	if (fd < 0)
		return -1;
	r = fill(fd, data, err);
	if (r == 0 &&
	    renameat(spool_fd, METRICS_TMP, spool_fd, METRICS_FILE) < 0)
		r = err_set(err, "replace %s of the spool: %m", METRICS_FILE);
	if (r < 0) {
		unlinkat(spool_fd, METRICS_TMP, 0);
		return -1;
	}
	return take_fd(&fd);
}

int metrics_file_open(int spool_fd, struct metrics_data *ret, struct err *err)
{
	struct metrics_data data = { 0 };
	struct stat st;
	_cleanup_close_ int fd =
		spool_file_open(spool_fd, METRICS_FILE, O_RDWR, &st, err);

	if (fd >= 0 && is_ours(fd, &st)) {
		read_all(fd, ret);
		return take_fd(&fd);
	}
	/* missing, not ours, a link or a directory: one of ours takes its
	 * place, where that can be */
	cleanup_closep(&fd);
	fd = make(spool_fd, &data, err);
	if (fd < 0)
		return -1;
	*ret = data;
	return take_fd(&fd);
}
