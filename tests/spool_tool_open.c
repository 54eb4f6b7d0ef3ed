/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records of running steps, and a step that runs; see spool_tool.c. */
#include "spool_tool.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/open.h"
#include "spool/record.h"
#include "spool/spool.h"
#include "util/cleanup.h"
#include "util/hex.h"

static int make_open(const char *spool, uint64_t number,
		     struct open_record *ret, struct err *err)
{
	/* to make it writes to it, which wakes an agent */
	_cleanup_close_ int fd = spool_open_dir(spool, access(spool, F_OK) < 0,
						(uid_t)-1, (gid_t)-1, err);
	char name[OPEN_NAME_SIZE];
	uint8_t span[1024];
	size_t len = make_span(number, "slurm.step", span);

	if (fd < 0)
		return -1;
	snprintf(name, sizeof(name), "%llu.batch", (unsigned long long)number);
	return open_record_make(fd, name, false, (uint32_t)number, span, len,
				ret, err);
}

/* As an earlier boot would have left it, its mtime included. */
static int change_boot(const struct open_record *record, const char *boot_id)
{
	uint8_t data[2048];
	ssize_t n = pread(record->fd, data, sizeof(data), 0);
	struct spool_header header;
	const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
					   { .tv_sec = 1700000500 } };

	if (n < SPOOL_HEADER_SIZE || !spool_header_decode(data, &header) ||
	    hex_decode(boot_id, BOOT_ID_SIZE, data + SPOOL_HEADER_SIZE) < 0)
		return -1;
	spool_header_encode(&header, data + SPOOL_HEADER_SIZE, data);
	if (pwrite(record->fd, data, (size_t)n, 0) != n)
		return -1;
	return futimens(record->fd, times);
}

int write_open(int argc, char **argv)
{
	struct numbers numbers;
	struct err err;

	if (argc < 5)
		return usage();
	numbers = numbers_parse(&argv[3]);
	for (uint64_t i = numbers.first; i < numbers.end; i++) {
		struct open_record record = { 0 };

		if (make_open(argv[2], i, &record, &err) < 0)
			return fail(&err);
		if (argc > 5 && change_boot(&record, argv[5]) < 0)
			return usage();
		close(record.fd);
		close(record.dir_fd);
	}
	return 0;
}

int hold(int argc, char **argv)
{
	struct open_record record = { 0 };
	struct err err;
	sigset_t set;
	int signal;

	if (argc < 4)
		return usage();
	if (make_open(argv[2], strtoull(argv[3], NULL, 10), &record, &err) < 0)
		return fail(&err);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	puts("held");
	fflush(stdout);
	sigwait(&set, &signal);
	open_record_remove(&record);
	return 0;
}
