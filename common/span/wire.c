/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walks over a message; see wire.h. */
#include "span/wire.h"

#define FIELD_NUMBER_MAX 536870911 /* 2^29 - 1 */

static bool take_varint(struct wire_cursor *cursor, uint64_t *ret)
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

static bool take_fixed(struct wire_cursor *cursor, unsigned size, uint64_t *ret)
{
	*ret = 0;
	if ((size_t)(cursor->end - cursor->at) < size)
		return false;
	for (unsigned i = 0; i < size; i++)
		*ret |= (uint64_t)*cursor->at++ << (8 * i);
	return true;
}

static bool take_bytes(struct wire_cursor *cursor, struct wire_field *ret)
{
	if (!take_varint(cursor, &ret->value) ||
	    ret->value > (uint64_t)(cursor->end - cursor->at))
		return false;
	ret->bytes = cursor->at;
	cursor->at += ret->value;
	return true;
}

static bool take_value(struct wire_cursor *cursor, struct wire_field *ret)
{
	switch (ret->wire) {
	case WIRE_VARINT:
		return take_varint(cursor, &ret->value);
	case WIRE_FIXED64:
		return take_fixed(cursor, 8, &ret->value);
	case WIRE_BYTES:
		return take_bytes(cursor, ret);
	case WIRE_FIXED32:
		return take_fixed(cursor, 4, &ret->value);
	}
	return false;
}

bool wire_take(struct wire_cursor *cursor, struct wire_field *ret)
{
	const uint8_t *start = cursor->at;
	uint64_t tag;

	if (!take_varint(cursor, &tag) || !(tag >> 3) ||
	    tag >> 3 > FIELD_NUMBER_MAX) {
		cursor->at = start;
		return false;
	}
	ret->number = (uint32_t)(tag >> 3);
	ret->wire = (enum wire)(tag & 7);
	ret->raw = start;
	if (!take_value(cursor, ret)) {
		cursor->at = start;
		return false;
	}
	ret->raw_len = (size_t)(cursor->at - start);
	return true;
}
