/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes the binary seeds: spools for fuzz_spool_reader and spans for
 * fuzz_span_json.  They come out the same every time, so that a change of the
 * format shows as a change of these files.
 *
 *   make_seeds CORPUS-DIRECTORY
 */
#include "make_seeds.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/cleanup.h"

static const char *corpus;

void save(const char *target, const char *name, struct buf *data)
{
	_cleanup_close_ int fd = -1;
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", corpus, target);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/%s/%s", corpus, target, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (data->failed || fd < 0 ||
	    write(fd, data->data, data->len) != (ssize_t)data->len) {
		perror(path);
		exit(1);
	}
	buf_clear(data);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fputs("usage: make_seeds CORPUS-DIRECTORY\n", stderr);
		return 2;
	}
	corpus = argv[1];
	seed_spools();
	seed_spans();
	return 0;
}
