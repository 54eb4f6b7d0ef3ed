/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walks over protobuf's wire format; see nesting.h. */
#include "otlp/nesting.h"

struct wire {
	const uint8_t *p, *end;
};

/* Wire types (protobuf, "Encoding"); groups are not decoded by anybody. */
enum { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 };

static bool take_varint(struct wire *wire, uint64_t *ret)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint8_t byte;

		if (wire->p == wire->end)
			return false;
		byte = *wire->p++;
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80)) {
			*ret = value;
			return true;
		}
	}
	return false;
}

static bool skip(struct wire *wire, uint64_t len)
{
	if (len > (uint64_t)(wire->end - wire->p))
		return false;
	wire->p += len;
	return true;
}

/* Takes one field; *ret is what it holds, empty unless that is bytes. */
static bool take_field(struct wire *wire, uint64_t *ret_key, struct wire *ret)
{
	uint64_t len;

	*ret = (struct wire){ wire->p, wire->p };
	if (!take_varint(wire, ret_key))
		return false;
	switch (*ret_key & 7) {
	case VARINT:
		return take_varint(wire, &len);
	case FIXED64:
		return skip(wire, 8);
	case FIXED32:
		return skip(wire, 4);
	case BYTES:
		if (!take_varint(wire, &len))
			return false;
		ret->p = wire->p;
		if (!skip(wire, len))
			return false;
		ret->end = wire->p;
		return true;
	default:
		return false;
	}
}

static bool bounded(const ProtobufCMessageDescriptor *type, struct wire wire,
		    int depth)
{
	if (depth > NESTING_MAX)
		return false;
	while (wire.p < wire.end) {
		const ProtobufCFieldDescriptor *field;
		struct wire inner;
		uint64_t key;

		if (!take_field(&wire, &key, &inner))
			return false;
		field = (key & 7) == BYTES
				? protobuf_c_message_descriptor_get_field(
					  type, (unsigned)(key >> 3))
				: NULL;
		if (field && field->type == PROTOBUF_C_TYPE_MESSAGE &&
		    !bounded(field->descriptor, inner, depth + 1))
			return false;
	}
	return true;
}

bool nesting_bounded(const ProtobufCMessageDescriptor *type, const void *data,
		     size_t len)
{
	const uint8_t *p = data;

	return bounded(type, (struct wire){ p, p + len }, 1);
}
