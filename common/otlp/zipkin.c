/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Zipkin's HTTP API v2 with JSON bodies: zipkin:// and zipkins://.  Success is
 * 202 with an empty body; of failures the API says nothing that OTLP's table
 * does not, so that judges here too.
 */
#include "otlp/http_exporter.h"
#include "otlp/zipkin_json.h"

static const struct http_protocol zipkin = {
	.path = "/api/v2/spans",
	.type = "Content-Type: application/json",
	.gzipped = "Content-Encoding: gzip",
	.write = zipkin_json,
	.judge = http_verdict,
};

static struct exporter *create(const char *endpoint,
			       const struct config *config, struct err *err)
{
	return http_exporter_create(&zipkin, endpoint, config, err);
}

const struct exporter_ops zipkin_exporter_ops = {
	.create = create,
	.destroy = http_exporter_destroy,
	.send = http_exporter_send,
};
