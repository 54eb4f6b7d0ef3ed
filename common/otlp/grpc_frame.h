/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gRPC's framing of messages in a body (gRPC over HTTP/2, "Requests",
 * Length-Prefixed-Message): one byte that says whether the message is
 * compressed, four bytes of its length, most significant first, the message.
 */
#ifndef OTEL_OTLP_GRPC_FRAME_H
#define OTEL_OTLP_GRPC_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GRPC_PREFIX 5

/* Writes the GRPC_PREFIX bytes before a message of len bytes, which is at most
 * ENVELOPE_MAX. */
void grpc_frame_seal(uint8_t *ret_prefix, size_t len, bool compressed);

/*
 * Finds the first message of a body, which came in pieces of any size and was
 * put together.  True when the message is whole and not compressed; then
 * *ret_message points into body.  A compressed one is not ours to read: the
 * request offered no grpc-accept-encoding.
 */
bool grpc_frame_open(const uint8_t *body, size_t len,
		     const uint8_t **ret_message, size_t *ret_len);

#endif
