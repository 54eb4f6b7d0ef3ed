/* SPDX-License-Identifier: GPL-2.0-or-later */
/* traceparent read and written; see traceparent.h. */
#include "trace/traceparent.h"

#include <stddef.h>

#include "util/hex.h"

#define VERSION_INVALID 0xff

/* Where the fields and the dashes after them stand. */
enum {
	AT_VERSION = 0,
	AT_TRACE_ID = 3,
	AT_SPAN_ID = AT_TRACE_ID + TRACE_ID_HEX + 1,
	AT_FLAGS = AT_SPAN_ID + SPAN_ID_HEX + 1,
};

/* Left to right, each test guarding the next: a NUL ends the reading. */
int traceparent_scan(const char *text, uint8_t *ret_version,
		     struct trace_context *ret)
{
	struct trace_context ctx;
	uint8_t version;

	if (hex_decode(text + AT_VERSION, 1, &version) < 0 ||
	    text[AT_TRACE_ID - 1] != '-' ||
	    hex_decode(text + AT_TRACE_ID, TRACE_ID_SIZE, ctx.trace_id.b) < 0 ||
	    text[AT_SPAN_ID - 1] != '-' ||
	    hex_decode(text + AT_SPAN_ID, SPAN_ID_SIZE, ctx.span_id.b) < 0 ||
	    text[AT_FLAGS - 1] != '-' ||
	    hex_decode(text + AT_FLAGS, 1, &ctx.flags) < 0)
		return -1;
	ctx.flags &= TRACE_FLAGS_KNOWN;
	*ret_version = version;
	*ret = ctx;
	return 0;
}

int traceparent_parse(const char *text, struct trace_context *ret)
{
	struct trace_context ctx;
	uint8_t version;
	char next;

	if (!text || traceparent_scan(text, &version, &ctx) < 0)
		return -1;
	next = text[TRACEPARENT_LEN];
	if (version == VERSION_INVALID ||
	    (next != '\0' && (version == 0 || next != '-')))
		return -1;
	if (!trace_id_valid(&ctx.trace_id) || !span_id_valid(&ctx.span_id))
		return -1;
	*ret = ctx;
	return 0;
}

void traceparent_format(const struct trace_context *ctx, char *ret)
{
	const uint8_t flags = ctx->flags & TRACE_FLAGS_KNOWN;

	hex_encode((const uint8_t[]){ 0 }, 1, ret + AT_VERSION);
	ret[AT_TRACE_ID - 1] = '-';
	trace_id_format(&ctx->trace_id, ret + AT_TRACE_ID);
	ret[AT_SPAN_ID - 1] = '-';
	span_id_format(&ctx->span_id, ret + AT_SPAN_ID);
	ret[AT_FLAGS - 1] = '-';
	hex_encode(&flags, 1, ret + AT_FLAGS);
}
