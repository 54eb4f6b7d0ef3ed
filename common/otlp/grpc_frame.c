/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The prefix of a gRPC message; see grpc_frame.h. */
#include "otlp/grpc_frame.h"

void grpc_frame_seal(uint8_t *ret_prefix, size_t len, bool compressed)
{
	ret_prefix[0] = compressed;
	for (size_t i = 0; i < 4; i++)
		ret_prefix[1 + i] = (uint8_t)(len >> (24 - 8 * i));
}

bool grpc_frame_open(const uint8_t *body, size_t len,
		     const uint8_t **ret_message, size_t *ret_len)
{
	uint32_t said = 0;

	if (len < GRPC_PREFIX || body[0])
		return false;
	for (size_t i = 0; i < 4; i++)
		said = said << 8 | body[1 + i];
	if (said > len - GRPC_PREFIX)
		return false;
	*ret_message = body + GRPC_PREFIX;
	*ret_len = said;
	return true;
}
