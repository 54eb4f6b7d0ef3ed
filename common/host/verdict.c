/* SPDX-License-Identifier: GPL-2.0-or-later */
/* slurmctld's word to the epilogs; see verdict.h. */
#include "host/verdict.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "proto/otlp.pb-c.h"
#include "trace/ids.h"
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

static bool is_span(const struct buf *data)
{
	Otlp__Span *span = otlp__span__unpack(NULL, data->len, data->data);
	bool good = span && span->trace_id.len == TRACE_ID_SIZE &&
		    span->span_id.len == SPAN_ID_SIZE;

	if (span)
		otlp__span__free_unpacked(span, NULL);
	return good;
}

int trace_spans_next(const char **text, struct buf *ret)
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
	return is_span(ret);
}
