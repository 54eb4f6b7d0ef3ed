/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gzip (RFC 1952) of a request body, for Compression=gzip. */
#ifndef OTEL_OTLP_GZIP_H
#define OTEL_OTLP_GZIP_H

#include "util/buf.h"
#include "util/err.h"

/* Appends data, compressed, to ret.  Returns -1 with err when there is no
 * memory. */
int gzip_compress(const void *data, size_t len, struct buf *ret,
		  struct err *err);

#endif
