/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one error form of the project: a function that can fail takes a
 * struct err, fills it with one sentence and returns -1.  Libraries neither
 * log nor exit; the edge (a hook, a main) logs the sentence once.
 */
#ifndef OTEL_UTIL_ERR_H
#define OTEL_UTIL_ERR_H

#define ERR_SIZE 512

struct err {
	char msg[ERR_SIZE]; /* UTF-8, no newline, never from a format of data */
};

/*
 * Writes the formatted sentence into err, cut at its size.  err may be NULL.
 * errno is kept, and "%m" prints it.  Always returns -1, so that a caller can
 * `return err_set(err, "open %s: %m", path);`.  Thread-safe.
 */
int err_set(struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
