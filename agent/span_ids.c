/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks for ids in protobuf's wire format; see span_ids.h. */
#include "span_ids.h"

#include <stdbool.h>
#include <string.h>

#define FIELD_TRACE_ID 1
#define FIELD_SPAN_ID 2

/* Protocol Buffers, "Encoding", wire types. */
enum wire { WIRE_VARINT = 0, WIRE_I64 = 1, WIRE_LEN = 2, WIRE_I32 = 5 };

struct cursor {
	const uint8_t *at, *end;
};

static bool take_varint(struct cursor *cursor, uint64_t *ret)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 64 && cursor->at < cursor->end;
	     shift += 7) {
		uint8_t byte = *cursor->at++;

		value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80)) {
			*ret = value;
			return true;
		}
	}
	return false;
}

/* Passes over one field's value; its bytes when it has a length. */
static bool take_value(struct cursor *cursor, unsigned wire,
		       const uint8_t **ret, uint64_t *ret_len)
{
	uint64_t len = 0;

	*ret_len = 0;
	if (wire == WIRE_VARINT)
		return take_varint(cursor, &len);
	if (wire == WIRE_I64)
		len = 8;
	else if (wire == WIRE_I32)
		len = 4;
	else if (wire != WIRE_LEN || !take_varint(cursor, &len))
		return false;
	if (len > (uint64_t)(cursor->end - cursor->at))
		return false;
	*ret = cursor->at;
	*ret_len = wire == WIRE_LEN ? len : 0;
	cursor->at += len;
	return true;
}

struct log_span span_ids(const void *span, size_t len)
{
	struct cursor cursor = { span, (const uint8_t *)span + len };
	struct log_span ids = { 0 };
	const uint8_t *value = NULL;
	uint64_t key, size;

	while (cursor.at < cursor.end && take_varint(&cursor, &key) &&
	       take_value(&cursor, key & 7, &value, &size)) {
		if (key >> 3 == FIELD_TRACE_ID && size == TRACE_ID_SIZE)
			memcpy(ids.trace_id.b, value, TRACE_ID_SIZE);
		else if (key >> 3 == FIELD_SPAN_ID && size == SPAN_ID_SIZE)
			memcpy(ids.span_id.b, value, SPAN_ID_SIZE);
	}
	return ids;
}
