/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes a batch as Zipkin v2 JSON; see zipkin_json.h. */
#include "config.h"

#include "otlp/zipkin_json.h"

#include <errno.h>

#include "otlp/envelope.h"
#include "otlp/resource.h"
#include "otlp/stored_span.h"
#include "otlp/zipkin_span.h"

/* One span without valid ids gets a whole array refused. */
static bool ids_valid(const Otlp__Span *span)
{
	return span->trace_id.len == 16 && span->span_id.len == 8 &&
	       (!span->parent_span_id.len || span->parent_span_id.len == 8);
}

static int put_span(const Otlp__Resource *resource, const struct iovec *bytes,
		    struct buf *ret, struct err *err)
{
	Otlp__Span *span = stored_span_decode(bytes, err);
	struct json_maker maker = { false };
	json_object *object;

	if (!span)
		return -1;
	if (!ids_valid(span)) {
		otlp__span__free_unpacked(span, NULL);
		return stored_span_refuse(bytes, err);
	}
	object = zipkin_span(&maker, resource, span);
	if (object && !maker.failed)
		json_append(ret, object);
	else
		ret->failed = true;
	json_object_put(object);
	otlp__span__free_unpacked(span, NULL);
	return 0;
}

static int put_spans(const Otlp__Resource *resource, const struct batch *batch,
		     struct buf *ret, struct err *err)
{
	buf_putc(ret, '[');
	for (size_t i = 0; i < batch->n_spans; i++) {
		if (i)
			buf_putc(ret, ',');
		if (put_span(resource, &batch->spans[i], ret, err) < 0)
			return -1;
		if (ret->len > ENVELOPE_MAX) {
			errno = EMSGSIZE;
			return err_set(err,
				       "a request of over %d bytes of "
				       "JSON is too large",
				       ENVELOPE_MAX);
		}
	}
	buf_putc(ret, ']');
	if (!ret->failed)
		return 0;
	errno = ENOMEM;
	return err_set(err, "no memory for JSON");
}

int zipkin_json(const struct batch *batch, struct buf *ret, struct err *err)
{
	Otlp__Resource *resource = otlp__resource__unpack(
		NULL, batch->resource->len, batch->resource->data);
	int rc;

	if (!resource) {
		errno = EBADMSG;
		return err_set(err, "the resource does not decode");
	}
	rc = put_spans(resource, batch, ret, err);
	otlp__resource__free_unpacked(resource, NULL);
	return rc;
}
