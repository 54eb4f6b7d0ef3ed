/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks for ids in protobuf's wire format; see span_ids.h. */
#include "span_ids.h"

#include <string.h>

#include "span/wire.h"

#define FIELD_TRACE_ID 1
#define FIELD_SPAN_ID 2

static void take_id(const struct wire_field *field, size_t size, uint8_t *ret)
{
	if (field->wire == WIRE_BYTES && field->value == size)
		memcpy(ret, field->bytes, size);
}

struct log_span span_ids(const void *span, size_t len)
{
	struct wire_cursor cursor = { span, (const uint8_t *)span + len };
	struct log_span ids = { 0 };
	struct wire_field field;

	while (wire_take(&cursor, &field)) {
		if (field.number == FIELD_TRACE_ID)
			take_id(&field, TRACE_ID_SIZE, ids.trace_id.b);
		else if (field.number == FIELD_SPAN_ID)
			take_id(&field, SPAN_ID_SIZE, ids.span_id.b);
	}
	return ids;
}
