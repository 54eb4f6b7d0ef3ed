/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The request around stored spans.  ExportTraceServiceRequest and TracesData
 * have the same layout, and a span in the spool already is the bytes of its
 * field, so the envelope is written by hand and no span is decoded.
 */
#ifndef OTEL_OTLP_ENVELOPE_H
#define OTEL_OTLP_ENVELOPE_H

#include "otlp/exporter.h"
#include "util/buf.h"
#include "util/err.h"

/* The instrumentation scope of every span we make; its version is ours. */
#define SCOPE_NAME "slurm-otel"
/* The semantic conventions that attrs.h follows. */
#define SCHEMA_URL "https://opentelemetry.io/schemas/1.44.0"

/* OTLP 1.11: a request stays below this before compression. */
#define ENVELOPE_MAX (64 * 1024 * 1024)

/*
 * Appends the ExportTraceServiceRequest of the batch to ret.  Returns 0, or -1
 * with err when it would exceed ENVELOPE_MAX or there is no memory.
 */
int envelope_write(const struct batch *batch, struct buf *ret, struct err *err);

#endif
