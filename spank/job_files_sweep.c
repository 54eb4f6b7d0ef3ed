/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Removes the files of jobs that ended with their node; see job_file.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "spank/job_file_private.h"
#include "util/cleanup.h"

static void cleanup_closedirp(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static bool is_known(const uint8_t *boot_id)
{
	static const uint8_t unknown[BOOT_ID_SIZE];

	return memcmp(boot_id, unknown, BOOT_ID_SIZE) != 0;
}

static bool is_of_another_boot(int dir, const char *name, const uint8_t *boot)
{
	_cleanup_close_ int fd = job_file_open(dir, name, O_RDONLY, NULL);
	struct job_file file;

	return fd >= 0 && job_file_load(fd, name, &file, NULL) == 0 &&
	       is_known(file.boot_id) &&
	       memcmp(file.boot_id, boot, BOOT_ID_SIZE) != 0;
}

int job_files_sweep(int spool_fd, struct err *err)
{
	int fd = job_files_open(spool_fd, false, err);
	_cleanup_(cleanup_closedirp) DIR *dir = NULL;
	uint8_t boot[BOOT_ID_SIZE];
	struct dirent *entry;
	int removed = 0;

	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	dir = fdopendir(fd); /* which now owns fd */
	if (!dir) {
		err_set(err, "read the directory of job files: %m");
		close(fd);
		return -1;
	}
	boot_id_read(boot);
	while (is_known(boot) && (entry = readdir(dir))) {
		const char *name = entry->d_name;

		if (strspn(name, "0123456789") != strlen(name) ||
		    !is_of_another_boot(fd, name, boot))
			continue;
		if (unlinkat(fd, name, 0) == 0)
			removed++;
		else if (errno != ENOENT)
			return err_set(err, "remove job file %s: %m", name);
	}
	return removed;
}
