/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads secrets that change; see secret_file.h. */
#include "config.h"

#include "otlp/secret_file.h"

#include <string.h>

#include "otlp/private_file.h"

static bool same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* The time of change tells of a mode or owner that became another, too. */
static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	       a->st_size == b->st_size &&
	       same_time(&a->st_mtim, &b->st_mtim) &&
	       same_time(&a->st_ctim, &b->st_ctim);
}

bool secret_file_changed(const struct secret_file *file)
{
	struct stat now;

	return lstat(file->path, &now) < 0 || !file->text.len ||
	       !same_file(&now, &file->seen);
}

int secret_file_refresh(struct secret_file *file, struct err *err)
{
	struct stat now;

	/* looked at before it is read: what is written meanwhile shows as a
	 * change the next time */
	if (lstat(file->path, &now) < 0) {
		secret_file_forget(file);
		return err_set(err, "%s %s: %m", file->key, file->path);
	}
	if (file->text.len && same_file(&now, &file->seen))
		return 0;
	secret_file_forget(file);
	if (private_file_read(file->path, file->max, file->key, &file->text,
			      err) < 0) {
		secret_file_forget(file);
		return -1;
	}
	file->seen = now;
	return 1;
}

void secret_file_forget(struct secret_file *file)
{
	/* its whole capacity: a read that failed leaves len behind */
	if (file->text.data)
		explicit_bzero(file->text.data, file->text.cap);
	buf_free(&file->text);
}
