/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The forms in which gRPC puts text and bytes into headers (gRPC over HTTP/2,
 * "Requests" and "Responses").  Pure.
 */
#ifndef OTEL_OTLP_GRPC_TEXT_H
#define OTEL_OTLP_GRPC_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Undoes the percent-encoding of a Status-Message in place and returns the
 * length, without a NUL: the text may hold some.  What is no valid encoding
 * stays as it is, as the standard demands.
 */
size_t grpc_text_decode(char *text);

/*
 * Decodes the base64 (RFC 4648, section 4) of a Binary-Header, padded or not;
 * of several values, divided by commas, the first.  ret holds 3 * strlen(text)
 * / 4 bytes.  Returns the length, or -1 when it is no base64.
 */
ssize_t grpc_text_base64(const char *text, uint8_t *ret);

#endif
