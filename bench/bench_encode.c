/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Spans built and encoded a second, with 20 attributes each; and appended to a
 * spool.  Usage: bench_encode SPOOL_DIR */
#include <stdio.h>
#include <string.h>

#include "bench/bench.h"
#include "span/attrs.h"
#include "span/span.h"
#include "spool/spool.h"
#include "util/cleanup.h"

#define SPANS 200000
#define APPENDS 20000

static struct trace_context self = { .trace_id = { { 1, 2, 3 } },
				     .span_id = { { 4, 5, 6 } },
				     .flags = 3 };
static const struct span_id parent = { { 7, 8, 9 } };

static size_t make_one(uint8_t **ret_data)
{
	static const char *const strings[] = {
		ATTR_JOB_ID,    ATTR_JOB_ID_RAW, ATTR_STEP_ID,
		ATTR_STEP_NAME, ATTR_NODE_NAME,  ATTR_EXIT_CODE,
		ATTR_PARTITION, ATTR_JOB_USER,   ATTR_JOB_ACCOUNT,
		ATTR_STATE
	};
	static const char *const numbers[] = {
		ATTR_RESTART_COUNT,     ATTR_STEP_NNODES,
		ATTR_STEP_NTASKS,       ATTR_STEP_MAX_RSS,
		ATTR_STEP_MINOR_FAULTS, ATTR_STEP_MAJOR_FAULTS,
		ATTR_STEP_BLOCK_IN,     ATTR_STEP_BLOCK_OUT,
		ATTR_STEP_EXIT_STATUS,  ATTR_STEP_SWITCHES_VOLUNTARY
	};
	struct span *span = span_create(NULL);
	size_t len = 0;

	span_set_context(span, &self, &parent, false);
	span_set_name(span, "slurm.step");
	span_set_times(span, 1700000000000000000, 1700000001000000000);
	for (size_t i = 0; i < 10; i++)
		span_set_str(span, strings[i], "a value of usual length");
	for (size_t i = 0; i < 10; i++)
		span_set_int(span, numbers[i], 123456789);
	if (span_encode(span, ret_data, &len, NULL) < 0)
		abort();
	span_destroy(span);
	return len;
}

static void bench_encoding(void)
{
	uint64_t since = bench_now();
	uint8_t *data;
	size_t bytes = 0;

	for (int i = 0; i < SPANS; i++) {
		bytes += make_one(&data);
		free(data);
	}
	printf("spans built and encoded       %8.0f a second, %zu bytes each\n",
	       SPANS / ((double)(bench_now() - since) / 1e9), bytes / SPANS);
}

static int bench_appending(const char *dir)
{
	const struct spool_options options = { .max_size = 256 << 20 };
	_cleanup_close_ int fd = -1;
	_cleanup_free_ uint8_t *data = NULL;
	struct sample appends;
	struct err err;
	size_t len = make_one(&data);

	fd = spool_open_dir(dir, true, (uid_t)-1, (gid_t)-1, &err);
	sample_init(&appends, APPENDS);
	for (int i = 0; fd >= 0 && i < APPENDS; i++) {
		uint64_t since = bench_now();

		if (spool_append(fd, &options, SPOOL_SPAN, 1, data, len, &err))
			break;
		sample_add(&appends, since);
	}
	if (appends.n < APPENDS) {
		fprintf(stderr, "bench_encode: %s\n", err.msg);
		return 1;
	}
	printf("record appended to the spool  median %8.1f us   p99 %8.1f us\n",
	       sample_percentile(&appends, 0.5),
	       sample_percentile(&appends, 0.99));
	sample_free(&appends);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: %s SPOOL_DIR\n", argv[0]);
		return 2;
	}
	bench_encoding();
	return bench_appending(argv[1]);
}
