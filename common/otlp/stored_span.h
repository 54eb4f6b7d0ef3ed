/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A span out of the spool as protobuf-c's structure, for the protocols that do
 * not send its bytes as they are. */
#ifndef OTEL_OTLP_STORED_SPAN_H
#define OTEL_OTLP_STORED_SPAN_H

#include <sys/uio.h>

#include "proto/otlp.pb-c.h"
#include "util/err.h"

/* Decodes one.  The caller frees it with otlp__span__free_unpacked.  Returns
 * NULL with err and errno EBADMSG when it does not decode, or nests too deep
 * (nesting.h). */
Otlp__Span *stored_span_decode(const struct iovec *bytes, struct err *err);

/* Says that of one which decodes and yet is no span.  Returns -1, errno
 * EBADMSG.
 */
int stored_span_refuse(const struct iovec *bytes, struct err *err);

#endif
