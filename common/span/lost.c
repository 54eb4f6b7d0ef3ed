/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ends a lost span by way of its bytes; see lost.h.  In protocol buffers
 * (encoding guide, "Message Structure") a message is a row of fields in any
 * order: those that say how the span ended are left out, and written anew
 * behind the others.
 */
#include "span/lost.h"

#include <errno.h>
#include <string.h>

#include "span/attrs.h"
#include "span/wire.h"

/* Fields of opentelemetry.proto.trace.v1.Span; see common/proto/otlp.proto. */
enum {
	SPAN_TRACE_ID = 1,
	SPAN_SPAN_ID = 2,
	SPAN_START = 7,
	SPAN_END = 8,
	SPAN_ATTRIBUTES = 9,
	SPAN_DROPPED_ATTRIBUTES = 10,
	SPAN_STATUS = 15,
};

enum { STATUS_MESSAGE = 2, STATUS_CODE = 3 };
enum { KEY_VALUE_KEY = 1, KEY_VALUE_VALUE = 2 };
enum { ANY_VALUE_STRING = 1 };

static void put_varint(struct buf *out, uint64_t value)
{
	uint8_t bytes[10];
	size_t n = 0;

	do {
		bytes[n] = (uint8_t)(value & 0x7f);
		value >>= 7;
		if (value)
			bytes[n] |= 0x80;
		n++;
	} while (value);
	buf_append(out, bytes, n);
}

static void put_number(struct buf *out, uint32_t field, uint64_t value)
{
	put_varint(out, field << 3 | WIRE_VARINT);
	put_varint(out, value);
}

static void put_fixed64(struct buf *out, uint32_t field, uint64_t value)
{
	uint8_t bytes[8];

	for (unsigned i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(value >> (8 * i));
	put_varint(out, field << 3 | WIRE_FIXED64);
	buf_append(out, bytes, sizeof(bytes));
}

static void put_bytes(struct buf *out, uint32_t field, const void *data,
		      size_t len)
{
	put_varint(out, field << 3 | WIRE_BYTES);
	put_varint(out, len);
	buf_append(out, data, len);
}

static void put_message(struct buf *out, uint32_t field,
			const struct buf *message)
{
	put_bytes(out, field, message->data, message->len);
	out->failed |= message->failed;
}

static void put_status(struct buf *out, const char *message)
{
	_cleanup_buf_ struct buf status = BUF_INIT;

	put_bytes(&status, STATUS_MESSAGE, message, strlen(message));
	put_number(&status, STATUS_CODE, SPAN_STATUS_ERROR);
	put_message(out, SPAN_STATUS, &status);
}

static void put_error_type(struct buf *out)
{
	_cleanup_buf_ struct buf value = BUF_INIT, pair = BUF_INIT;

	put_bytes(&value, ANY_VALUE_STRING, ERROR_TYPE_LOST,
		  strlen(ERROR_TYPE_LOST));
	put_bytes(&pair, KEY_VALUE_KEY, ATTR_ERROR_TYPE,
		  strlen(ATTR_ERROR_TYPE));
	put_message(&pair, KEY_VALUE_VALUE, &value);
	put_message(out, SPAN_ATTRIBUTES, &pair);
}

/* What there is to know of the beginning. */
struct beginning {
	uint64_t start_ns;
	uint64_t n_attrs, dropped_attrs;
	bool trace_id, span_id; /* valid ones */
};

static bool some_bit(const struct wire_field *field, size_t len)
{
	uint8_t bits = 0;

	if (field->wire != WIRE_BYTES || field->value != len)
		return false;
	for (size_t i = 0; i < len; i++)
		bits |= field->bytes[i];
	return bits != 0;
}

static bool is_error_type(const struct wire_field *attr)
{
	struct wire_cursor cursor = { attr->bytes, attr->bytes + attr->value };
	struct wire_field key;

	while (wire_take(&cursor, &key))
		if (key.number == KEY_VALUE_KEY && key.wire == WIRE_BYTES &&
		    key.value == strlen(ATTR_ERROR_TYPE) &&
		    !memcmp(key.bytes, ATTR_ERROR_TYPE, key.value))
			return true;
	return false;
}

/* Learns from one field; true when it belongs into the ended span. */
static bool note(const struct wire_field *field, struct beginning *beginning)
{
	switch (field->number) {
	case SPAN_TRACE_ID:
		beginning->trace_id = some_bit(field, TRACE_ID_SIZE);
		return true;
	case SPAN_SPAN_ID:
		beginning->span_id = some_bit(field, SPAN_ID_SIZE);
		return true;
	case SPAN_START:
		beginning->start_ns =
			field->wire == WIRE_FIXED64 ? field->value : 0;
		return true;
	case SPAN_ATTRIBUTES:
		if (field->wire == WIRE_BYTES && is_error_type(field))
			return false;
		beginning->n_attrs++;
		return true;
	case SPAN_DROPPED_ATTRIBUTES:
		beginning->dropped_attrs = field->value;
		return false;
	default:
		return field->number != SPAN_END &&
		       field->number != SPAN_STATUS;
	}
}

static int copy_beginning(const uint8_t *data, size_t len, struct buf *out,
			  struct beginning *ret, struct err *err)
{
	struct wire_cursor cursor = { data, data + len };
	struct wire_field field;

	while (wire_take(&cursor, &field))
		if (note(&field, ret))
			buf_append(out, field.raw, field.raw_len);
	if (cursor.at == cursor.end && ret->trace_id && ret->span_id &&
	    ret->start_ns)
		return 0;
	errno = EINVAL;
	return err_set(err, "no span, or one without ids or a start");
}

static void put_end(struct buf *out, const struct beginning *beginning,
		    const struct span_limits *limits, uint64_t end_ns,
		    const char *message)
{
	uint64_t dropped = beginning->dropped_attrs;

	put_fixed64(out, SPAN_END,
		    end_ns < beginning->start_ns ? beginning->start_ns
						 : end_ns);
	if (!span_limits_deny(limits, ATTR_ERROR_TYPE)) {
		if (beginning->n_attrs < limits->attr_count)
			put_error_type(out);
		else
			dropped++;
	}
	if (dropped)
		put_number(out, SPAN_DROPPED_ATTRIBUTES, dropped);
	put_status(out, message);
}

int span_end_lost(const uint8_t *data, size_t len,
		  const struct span_limits *limits, uint64_t end_ns,
		  const char *message, struct buf *ret, struct err *err)
{
	_cleanup_buf_ struct buf span = BUF_INIT;
	struct beginning beginning = { 0 };

	if (copy_beginning(data, len, &span, &beginning, err) < 0)
		return -1;
	put_end(&span, &beginning, limits, end_ns, message);
	buf_append(ret, span.data, span.len);
	if (!span.failed && !ret->failed)
		return 0;
	errno = ENOMEM;
	return err_set(err, "no memory for a span");
}
