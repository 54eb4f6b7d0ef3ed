/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Spans built and encoded a second, with 20 attributes each; and appended to a
 * spool.  Usage: bench_encode SPOOL_DIR */
#include <stdio.h>

#include "bench/bench.h"
#include "bench/step_span.h"
#include "spool/spool.h"
#include "util/cleanup.h"

#define SPANS 200000
#define APPENDS 20000

static void bench_encoding(void)
{
	uint64_t since = bench_now();
	uint8_t *data;
	size_t bytes = 0;

	for (int i = 0; i < SPANS; i++) {
		bytes += bench_step_span(0, &data);
		free(data);
	}
	printf("spans built and encoded       %8.0f a second, %zu bytes each\n",
	       SPANS / ((double)(bench_now() - since) / 1e9), bytes / SPANS);
}

static int bench_appending(const char *dir)
{
	const struct spool_options options = { 256 << 20, false };
	_cleanup_close_ int fd = -1;
	_cleanup_free_ uint8_t *data = NULL;
	struct sample appends;
	struct err err;
	size_t len = bench_step_span(0, &data);

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
