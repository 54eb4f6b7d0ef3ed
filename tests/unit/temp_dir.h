/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A temporary directory for one test, removed with all that is in it. */
#ifndef OTEL_TESTS_TEMP_DIR_H
#define OTEL_TESTS_TEMP_DIR_H

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct temp_dir {
	char path[64];
	int fd;
};

static inline void temp_dir_make(struct temp_dir *ret)
{
	snprintf(ret->path, sizeof(ret->path), "/tmp/slurm-otel-test.XXXXXX");
	if (!mkdtemp(ret->path))
		abort();
	ret->fd = open(ret->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (ret->fd < 0)
		abort();
}

static inline int temp_dir_remove_one(const char *path, const struct stat *st,
				      int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static inline void temp_dir_remove(struct temp_dir *dir)
{
	close(dir->fd);
	nftw(dir->path, temp_dir_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
