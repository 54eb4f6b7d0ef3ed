/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An exporter that posts each batch over one libcurl handle, which keeps its
 * connection.  What the protocols over HTTP differ in is a struct
 * http_protocol; everything else (TLS, headers, limits, time) is the same for
 * all of them.  Private to common/otlp.
 */
#ifndef OTEL_OTLP_HTTP_EXPORTER_H
#define OTEL_OTLP_HTTP_EXPORTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "otlp/exporter_ops.h"
#include "otlp/http_verdict.h"
#include "util/buf.h"

struct http_protocol {
	const char *path;    /* of an endpoint without one: "/v1/traces" */
	const char *type;    /* header line: "Content-Type: ..." */
	const char *gzipped; /* header line of a compressed body */
	const char *const *headers; /* more lines, NULL-terminated; or NULL */
	/* Writes the line that tells the receiver our timeout; or NULL. */
	void (*timeout_header)(const struct config *config, char *ret,
			       size_t size);
	bool http2; /* without TLS by prior knowledge, with TLS by ALPN */

	/*
	 * Appends the body of a request to ret.  Returns 0, or -1 with err and
	 * errno: EMSGSIZE or EBADMSG when it is this batch that can not be
	 * written, anything else when it may be later.
	 */
	int (*write)(const struct batch *batch, struct buf *ret,
		     struct err *err);
	/*
	 * What stands before the body, compressed or not, on the wire: `prefix`
	 * bytes, which seal fills.  0 and NULL: nothing.
	 */
	size_t prefix;
	void (*seal)(uint8_t *ret_prefix, size_t body_len, bool compressed);
	/* Says what a response means for the batch; fills *ret. */
	void (*judge)(const struct http_response *response, time_t now,
		      struct export_result *ret);
};

/* As exporter_create; protocol is borrowed for good. */
struct exporter *http_exporter_create(const struct http_protocol *protocol,
				      const char *endpoint,
				      const struct config *config,
				      struct err *err);
/* What such a protocol's exporter_ops hold. */
void http_exporter_destroy(struct exporter *exporter);
void http_exporter_send(struct exporter *exporter, const struct batch *batch,
			struct export_result *ret);

#endif
