/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attributes that a user gives a job or a step with --trace-attr.  They are
 * checked where they are given, travel percent-encoded through the user's
 * hands, and are checked again wherever they are read.
 */
#ifndef OTEL_TRACE_USER_ATTRS_H
#define OTEL_TRACE_USER_ATTRS_H

#include <stddef.h>

#include "util/err.h"

#define USER_ATTRS_MAX 16
#define USER_ATTR_KEY_MAX 64
#define USER_ATTR_VALUE_MAX 256
#define USER_ATTRS_TEXT_MAX 4096 /* of all of them, as they travel */

struct user_attr {
	char key[USER_ATTR_KEY_MAX + 1];
	char value[USER_ATTR_VALUE_MAX + 1];
};

/* All zero: none. */
struct user_attrs {
	size_t n;
	struct user_attr list[USER_ATTRS_MAX];
};

/*
 * Adds "key=value"; the last value of a key counts.  A key begins with a
 * lower-case letter, holds only those, digits, '_', '.' and '-', and does not
 * begin with a name that we or OpenTelemetry give a meaning to (slurm., host.
 * and so on; the names alone are reserved, too).  A value is UTF-8 without
 * control characters.  Returns 0, or -1 with err, which is fit for a terminal
 * whatever pair holds, and attrs as it was.
 */
int user_attrs_add(struct user_attrs *attrs, const char *pair, struct err *err);

/* Writes "key=value,..." with percent-encoded values, as in
 * OTEL_RESOURCE_ATTRIBUTES; ret holds USER_ATTRS_TEXT_MAX + 1 bytes. */
void user_attrs_format(const struct user_attrs *attrs, char *ret);

/*
 * Reads that form.  NULL and "" are no attributes.  Returns 0, or -1 with ret
 * untouched when any of it is not what user_attrs_add accepts.
 */
int user_attrs_parse(const char *text, struct user_attrs *ret);

#endif
