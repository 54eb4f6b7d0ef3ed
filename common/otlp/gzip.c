/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compresses a request body; see gzip.h. */
#include "otlp/gzip.h"

#include <errno.h>
#include <zlib.h>

#define GZIP_WINDOW (15 + 16) /* the largest window, in a gzip wrapper */
#define MEM_LEVEL 8           /* zlib's default */

int gzip_compress(const void *data, size_t len, struct buf *ret,
		  struct err *err)
{
	z_stream z = { .next_in = (Bytef *)data, .avail_in = (uInt)len };
	uLong bound;
	int rc = Z_MEM_ERROR;

	/* The fastest level: the compute node pays, and spans shrink anyway. */
	if (deflateInit2(&z, Z_BEST_SPEED, Z_DEFLATED, GZIP_WINDOW, MEM_LEVEL,
			 Z_DEFAULT_STRATEGY) == Z_OK) {
		bound = deflateBound(&z, (uLong)len);
		if (buf_reserve(ret, bound) == 0) {
			z.next_out = ret->data + ret->len;
			z.avail_out = (uInt)bound;
			rc = deflate(&z, Z_FINISH);
			ret->len += z.total_out;
		}
		deflateEnd(&z);
	}
	if (rc == Z_STREAM_END)
		return 0;
	errno = ENOMEM;
	return err_set(err, "no memory to compress %zu bytes", len);
}
