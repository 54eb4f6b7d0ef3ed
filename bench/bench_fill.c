/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fills a spool with spans of steps.  Usage: bench_fill SPOOL_DIR COUNT */
#include <stdio.h>
#include <sys/types.h>

#include "bench/step_span.h"
#include "spool/spool.h"
#include "util/cleanup.h"

/* As big as a backlog can be; no span is to be dropped. */
#define SPOOL_SIZE (UINT64_C(16) << 30)

static int append(int fd, uint64_t number, struct err *err)
{
	const struct spool_options options = { SPOOL_SIZE, false };
	_cleanup_free_ uint8_t *data = NULL;
	size_t len = bench_step_span(number, &data);

	return spool_append(fd, &options, SPOOL_SPAN, 1, data, len, err);
}

int main(int argc, char **argv)
{
	_cleanup_close_ int fd = -1;
	uint64_t count;
	struct err err;

	if (argc != 3) {
		fprintf(stderr, "usage: %s SPOOL_DIR COUNT\n", argv[0]);
		return 2;
	}
	count = strtoull(argv[2], NULL, 10);
	fd = spool_open_dir(argv[1], true, (uid_t)-1, (gid_t)-1, &err);
	for (uint64_t i = 1; fd >= 0 && i <= count; i++)
		if (append(fd, i, &err) < 0) {
			fprintf(stderr, "bench_fill: %s\n", err.msg);
			return 1;
		}
	return fd < 0;
}
