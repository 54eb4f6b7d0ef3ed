/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A secret in a file that others replace while we run: a token, credentials.
 * It is read again when the file is another one, or was written.  Private to
 * common/otlp.
 */
#ifndef OTEL_OTLP_SECRET_FILE_H
#define OTEL_OTLP_SECRET_FILE_H

#include <stdbool.h>
#include <sys/stat.h>

#include "util/buf.h"
#include "util/err.h"

struct secret_file {
	const char *path; /* borrowed */
	const char *key;  /* of the configuration, for errors */
	size_t max;       /* bytes */
	struct stat seen; /* the file as it was when text was read */
	struct buf text;  /* NUL-terminated; empty: nothing was read */
};

/*
 * Brings text up to date, under private_file.h's rules for secrets.  Costs one
 * lstat while the file stays the same.  Returns 1 when text is new, 0 when it
 * is not, -1 with err when the file can not be used: text is empty then.
 */
int secret_file_refresh(struct secret_file *file, struct err *err);

/* Whether the file is no longer the one that text was read from. */
bool secret_file_changed(const struct secret_file *file);

/* Overwrites and frees text. */
void secret_file_forget(struct secret_file *file);

#endif
