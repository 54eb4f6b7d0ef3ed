/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fills a struct err; see err.h. */
#include "util/err.h"

#include <errno.h>
#include <stdarg.h>

#include "util/utf8.h"

int err_set(struct err *err, const char *fmt, ...)
{
	int saved = errno;
	va_list ap;

	if (!err)
		return -1;
	va_start(ap, fmt);
	utf8_vprint(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	errno = saved;
	return -1;
}
