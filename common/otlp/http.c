/* SPDX-License-Identifier: GPL-2.0-or-later */
/* OTLP/HTTP with protobuf bodies: http:// and https://. */
#include "otlp/envelope.h"
#include "otlp/http_exporter.h"

static const struct http_protocol protobuf = {
	.path = "/v1/traces",
	.type = "Content-Type: application/x-protobuf",
	.gzipped = "Content-Encoding: gzip",
	.write = envelope_write,
	.judge = http_verdict,
};

static struct exporter *create(const char *endpoint,
			       const struct config *config, struct err *err)
{
	return http_exporter_create(&protobuf, endpoint, config, err);
}

const struct exporter_ops http_exporter_ops = {
	.create = create,
	.destroy = http_exporter_destroy,
	.send = http_exporter_send,
};
