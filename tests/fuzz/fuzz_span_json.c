/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stored span on its way out: the input is the payload of a record of the
 * spool.  Put into OTLP's JSON, Zipkin's and into a request; `slurm-otel show`
 * must be able to read the one, any protobuf decoder the other.
 */
#include "fuzz.h"

#include <errno.h>
#include <json-c/json.h>
#include <sys/mman.h>

#include "cli/read_otlp_json.h"
#include "otlp/envelope.h"
#include "otlp/json.h"
#include "otlp/resource.h"
#include "otlp/zipkin_json.h"
#include "proto/otlp.pb-c.h"

static void refuse_nothing(void *arg, uint64_t line, const char *what)
{
	(void)line;
	/* The only thing wrong with a span may be its ids. */
	CHECK(strstr(what, "Id is left out"));
	(*(size_t *)arg)++;
}

/* Reads the line back: one span, or the report that its ids are not valid. */
static void check_readable(const struct buf *json)
{
	_cleanup_close_ int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct span_set set = { 0 };
	size_t reports = 0;
	struct err err;

	CHECK(fd >= 0);
	CHECK(write(fd, json->data, json->len) == (ssize_t)json->len);
	CHECK(lseek(fd, 0, SEEK_SET) == 0);
	CHECK(read_otlp_json(fd, &set, refuse_nothing, &reports, &err) == 0);
	CHECK(set.n + reports == 1);
	span_set_free(&set);
}

static void check_json(const struct batch *batch)
{
	_cleanup_buf_ struct buf json = BUF_INIT;
	struct err err = { "" };

	if (json_traces(batch, &json, &err) < 0) {
		CHECK(errno == EBADMSG && fuzz_is_log_text(err.msg));
		return;
	}
	CHECK(json.len && !memchr(json.data, '\n', json.len));
	CHECK(utf8_valid((const char *)json.data, json.len));
	check_readable(&json);
}

/* A span without valid ids is none to Zipkin. */
static void check_zipkin(const struct batch *batch)
{
	_cleanup_buf_ struct buf json = BUF_INIT;
	struct err err = { "" };
	json_object *array;

	if (zipkin_json(batch, &json, &err) < 0) {
		CHECK(errno == EBADMSG && fuzz_is_log_text(err.msg));
		return;
	}
	CHECK(utf8_valid((const char *)json.data, json.len));
	buf_putc(&json, '\0');
	array = json_tokener_parse((const char *)json.data);
	CHECK(json_object_is_type(array, json_type_array));
	CHECK(json_object_array_length(array) == 1);
	json_object_put(array);
}

static void check_envelope(const struct batch *batch, size_t size)
{
	_cleanup_buf_ struct buf request = BUF_INIT;
	struct err err;

	CHECK(envelope_write(batch, &request, &err) == 0);
	CHECK(!size || memmem(request.data, request.len,
			      batch->spans[0].iov_base, size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct resource resource;
	const struct iovec span = { (void *)data, size };
	const struct batch batch = { &span, 1, &resource };

	check_json(&batch);
	check_zipkin(&batch);
	check_envelope(&batch, size);
	return 0;
}
