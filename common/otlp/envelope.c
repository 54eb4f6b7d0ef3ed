/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes the request around stored spans; see envelope.h. */
#include "config.h"

#include "otlp/envelope.h"

#include <errno.h>
#include <string.h>

#include "otlp/resource.h"

/* Field numbers, trace.proto and trace_service.proto of OTLP 1.x. */
enum {
	REQUEST_RESOURCE_SPANS = 1,
	RESOURCE_SPANS_RESOURCE = 1,
	RESOURCE_SPANS_SCOPE_SPANS = 2,
	RESOURCE_SPANS_SCHEMA_URL = 3,
	SCOPE_SPANS_SCOPE = 1,
	SCOPE_SPANS_SPANS = 2,
	SCOPE_SPANS_SCHEMA_URL = 3,
	SCOPE_NAME_FIELD = 1,
	SCOPE_VERSION_FIELD = 2,
};

#define WIRE_LEN 2

/* All fields here are length-delimited and numbered below 16: a tag of one
 * byte, the length as a varint, the bytes. */
static size_t varint_size(size_t value)
{
	size_t n = 1;

	while (value >>= 7)
		n++;
	return n;
}

static size_t field_size(size_t len)
{
	return 1 + varint_size(len) + len;
}

static void put_head(struct buf *buf, int field, size_t len)
{
	buf_putc(buf, (char)(field << 3 | WIRE_LEN));
	for (; len > 0x7f; len >>= 7)
		buf_putc(buf, (char)(0x80 | (len & 0x7f)));
	buf_putc(buf, (char)len);
}

static void put_field(struct buf *buf, int field, const void *data, size_t len)
{
	put_head(buf, field, len);
	buf_append(buf, data, len);
}

static void put_text(struct buf *buf, int field, const char *text)
{
	put_field(buf, field, text, strlen(text));
}

struct sizes {
	size_t scope, scope_spans, resource_spans;
};

static struct sizes measure(const struct batch *batch)
{
	size_t schema = field_size(strlen(SCHEMA_URL));
	struct sizes s;

	s.scope = field_size(strlen(SCOPE_NAME)) +
		  field_size(strlen(PACKAGE_VERSION));
	s.scope_spans = field_size(s.scope) + schema;
	for (size_t i = 0; i < batch->n_spans; i++)
		s.scope_spans += field_size(batch->spans[i].iov_len);
	s.resource_spans = field_size(batch->resource->len) +
			   field_size(s.scope_spans) + schema;
	return s;
}

static void put_scope_spans(struct buf *buf, const struct batch *batch,
			    const struct sizes *sizes)
{
	put_head(buf, RESOURCE_SPANS_SCOPE_SPANS, sizes->scope_spans);
	put_head(buf, SCOPE_SPANS_SCOPE, sizes->scope);
	put_text(buf, SCOPE_NAME_FIELD, SCOPE_NAME);
	put_text(buf, SCOPE_VERSION_FIELD, PACKAGE_VERSION);
	for (size_t i = 0; i < batch->n_spans; i++)
		put_field(buf, SCOPE_SPANS_SPANS, batch->spans[i].iov_base,
			  batch->spans[i].iov_len);
	put_text(buf, SCOPE_SPANS_SCHEMA_URL, SCHEMA_URL);
}

int envelope_write(const struct batch *batch, struct buf *ret, struct err *err)
{
	struct sizes sizes = measure(batch);
	size_t total = field_size(sizes.resource_spans);

	if (total > ENVELOPE_MAX) {
		errno = EMSGSIZE;
		return err_set(err, "a request of %zu bytes is over the limit",
			       total);
	}
	if (buf_reserve(ret, total) < 0) {
		errno = ENOMEM;
		return err_set(err, "no memory for a request of %zu bytes",
			       total);
	}
	put_head(ret, REQUEST_RESOURCE_SPANS, sizes.resource_spans);
	put_field(ret, RESOURCE_SPANS_RESOURCE, batch->resource->data,
		  batch->resource->len);
	put_scope_spans(ret, batch, &sizes);
	put_text(ret, RESOURCE_SPANS_SCHEMA_URL, SCHEMA_URL);
	return 0;
}
