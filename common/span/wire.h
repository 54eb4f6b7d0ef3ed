/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walks over the fields of a protocol buffers message (encoding guide, "Message
 * Structure") that may be anything: nothing is decoded or allocated, so that
 * neither memory nor stack depends on what it holds.
 */
#ifndef OTEL_SPAN_WIRE_H
#define OTEL_SPAN_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum wire {
	WIRE_VARINT = 0,
	WIRE_FIXED64 = 1,
	WIRE_BYTES = 2,
	WIRE_FIXED32 = 5
};

struct wire_field {
	uint32_t number;
	enum wire wire;
	const uint8_t *raw; /* with its tag; into the message, as is bytes */
	size_t raw_len;
	const uint8_t *bytes; /* WIRE_BYTES */
	uint64_t value;       /* of the others; the length of WIRE_BYTES */
};

struct wire_cursor {
	const uint8_t *at, *end;
};

/* Takes the next field.  False at the end and for what is no field; the caller
 * tells them apart by where the cursor stands: before what was no field. */
bool wire_take(struct wire_cursor *cursor, struct wire_field *ret);

#endif
