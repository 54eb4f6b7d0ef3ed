/* SPDX-License-Identifier: GPL-2.0-or-later */
/* OTLP/gRPC, one call a batch: grpc:// and grpcs://. */
#include "otlp/envelope.h"
#include "otlp/grpc_frame.h"
#include "otlp/grpc_status.h"
#include "otlp/http_exporter.h"

#include <inttypes.h>
#include <stdio.h>

#define TIMEOUT_MAX 99999999 /* a Timeout has 8 digits at most */

static void timeout_header(const struct config *config, char *ret, size_t size)
{
	uint64_t ms = config->timeout;

	snprintf(ret, size, "grpc-timeout: %" PRIu64 "m",
		 ms < TIMEOUT_MAX ? ms : TIMEOUT_MAX);
}

static const char *const headers[] = { "te: trailers", NULL };

static const struct http_protocol grpc = {
	.path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
	.type = "content-type: application/grpc+proto",
	.gzipped = "grpc-encoding: gzip",
	.headers = headers,
	.timeout_header = timeout_header,
	.http2 = true,
	.write = envelope_write,
	.prefix = GRPC_PREFIX,
	.seal = grpc_frame_seal,
	.judge = grpc_status_judge,
};

static struct exporter *create(const char *endpoint,
			       const struct config *config, struct err *err)
{
	return http_exporter_create(&grpc, endpoint, config, err);
}

const struct exporter_ops grpc_exporter_ops = {
	.create = create,
	.destroy = http_exporter_destroy,
	.send = http_exporter_send,
};
