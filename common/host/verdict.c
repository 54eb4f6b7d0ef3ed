/* SPDX-License-Identifier: GPL-2.0-or-later */
/* slurmctld's word to the epilogs; see verdict.h. */
#include "host/verdict.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "span/wire.h"
#include "util/hex.h"

static const char *const words[] = {
	[VERDICT_KEEP] = "keep",
	[VERDICT_DROP] = "drop",
	[VERDICT_BY_SPANS] = "spans",
};

#define N_WORDS (sizeof(words) / sizeof(words[0]))

void trace_verdict_format(uint32_t restart, enum trace_verdict verdict,
			  char *ret)
{
	snprintf(ret, VERDICT_SIZE, "%" PRIu32 ":%s", restart,
		 verdict < N_WORDS && words[verdict] ? words[verdict] : "");
}

enum trace_verdict trace_verdict_parse(const char *text, uint32_t restart)
{
	char known[VERDICT_SIZE];

	for (unsigned i = VERDICT_KEEP; text && i < N_WORDS; i++) {
		trace_verdict_format(restart, i, known);
		if (!strcmp(text, known))
			return i;
	}
	return VERDICT_NONE;
}

void trace_spans_format(const uint8_t *data, size_t len, struct buf *ret)
{
	if (buf_reserve(ret, 2 * len + 1) < 0)
		return;
	hex_encode(data, len, (char *)ret->data + ret->len);
	ret->len += 2 * len;
	buf_putc(ret, ',');
}

/*
 * Fields of opentelemetry/proto/trace/v1/trace.proto, message Span.  What lies
 * deeper is not looked at: how deep it is nested is for its author to choose,
 * and a decoder that follows it needs a stack of that depth.
 */
enum { FIELD_TRACE_ID = 1, FIELD_SPAN_ID = 2 };

static bool is_span(const struct buf *data, struct trace_id *ret_trace_id)
{
	struct wire_cursor cursor = { data->data, data->data + data->len };
	unsigned int trace_ids = 0, span_ids = 0;
	struct wire_field field;

	while (wire_take(&cursor, &field)) {
		if (field.number > FIELD_SPAN_ID)
			continue;
		if (field.wire != WIRE_BYTES ||
		    field.value != (field.number == FIELD_TRACE_ID
					    ? TRACE_ID_SIZE
					    : SPAN_ID_SIZE))
			return false;
		trace_ids += field.number == FIELD_TRACE_ID;
		span_ids += field.number == FIELD_SPAN_ID;
		if (field.number == FIELD_TRACE_ID)
			memcpy(ret_trace_id->b, field.bytes, TRACE_ID_SIZE);
	}
	return cursor.at == cursor.end && trace_ids == 1 && span_ids == 1;
}

int trace_spans_next(const char **text, struct buf *ret,
		     struct trace_id *ret_trace_id)
{
	const char *end = strchr(*text, ',');
	size_t len = end ? (size_t)(end - *text) : 0;

	buf_clear(ret);
	if (!len || len % 2 || len > JOB_SPANS_TEXT_MAX ||
	    buf_reserve(ret, len / 2) < 0 ||
	    hex_decode(*text, len / 2, ret->data) < 0)
		return 0;
	ret->len = len / 2;
	*text = end + 1;
	return is_span(ret, ret_trace_id);
}
