/* SPDX-License-Identifier: GPL-2.0-or-later */
/* OTLP/HTTP with JSON bodies: http+json:// and https+json://. */
#include "otlp/http_exporter.h"

#include <errno.h>

#include "otlp/envelope.h"
#include "otlp/json.h"

/* ExportTraceServiceRequest and TracesData have the same JSON. */
static int write_json(const struct batch *batch, struct buf *ret,
		      struct err *err)
{
	if (json_traces(batch, ret, err) < 0)
		return -1;
	if (ret->len <= ENVELOPE_MAX)
		return 0;
	errno = EMSGSIZE;
	return err_set(err, "a request of %zu bytes of JSON is too large",
		       ret->len);
}

static const struct http_protocol json = {
	.path = "/v1/traces",
	.type = "Content-Type: application/json",
	.gzipped = "Content-Encoding: gzip",
	.write = write_json,
	.judge = http_verdict,
};

static struct exporter *create(const char *endpoint,
			       const struct config *config, struct err *err)
{
	return http_exporter_create(&json, endpoint, config, err);
}

const struct exporter_ops http_json_exporter_ops = {
	.create = create,
	.destroy = http_exporter_destroy,
	.send = http_exporter_send,
};
