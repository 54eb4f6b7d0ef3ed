/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * OTLP's JSON form: protobuf's JSON mapping in lowerCamelCase, with ids in
 * hexadecimal, 64-bit integers as decimal strings and enums as integers.
 */
#ifndef OTEL_OTLP_JSON_H
#define OTEL_OTLP_JSON_H

#include "otlp/exporter.h"
#include "util/buf.h"
#include "util/err.h"

/*
 * Appends the batch as one TracesData object, without a newline in or after
 * it.  Decodes one span at a time, so memory stays small.  Returns 0, or -1
 * with err and errno: EBADMSG when a span or the resource does not decode,
 * ENOMEM; what was appended by then is to be thrown away.
 */
int json_traces(const struct batch *batch, struct buf *ret, struct err *err);

#endif
