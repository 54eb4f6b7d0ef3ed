/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the answer to a gRPC call means for the batch that was sent: the one
 * place that decides, by the OTLP specification ("OTLP/gRPC Response"), the
 * gRPC documents "gRPC over HTTP/2" and "HTTP to gRPC Status Code Mapping",
 * and google/rpc/error_details.proto.
 */
#ifndef OTEL_OTLP_GRPC_STATUS_H
#define OTEL_OTLP_GRPC_STATUS_H

#include <stdint.h>
#include <time.h>

#include "otlp/exporter.h"
#include "otlp/http_verdict.h"

/* Fills *ret, as http_verdict does.  Pure. */
void grpc_status_judge(const struct http_response *response, time_t now,
		       struct export_result *ret);

/*
 * The pause that grpc-status-details-bin asks for, in milliseconds, at most
 * RETRY_AFTER_MAX_MS.  Returns 0 when it holds a RetryInfo; *ret_ms is then -1
 * when that names no pause.  Else -1, *ret_ms untouched.
 */
int grpc_status_retry_info(const char *details, int64_t *ret_ms);

#endif
