/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The request around stored spans, and the resource in it. */
#include "otlp/envelope.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "otlp_fixture.h"
#include "span/attrs.h"
#include "temp_dir.h"

#define BIG (200 * 1000)

static struct resource *make_resource(const struct config *config)
{
	struct resource *resource =
		resource_create(config, "c1", "spool@host", NULL);

	cr_assert(resource);
	return resource;
}

static Otlp__TracesData *decode(const struct buf *buf)
{
	Otlp__TracesData *data =
		otlp__traces_data__unpack(NULL, buf->len, buf->data);

	cr_assert(data, "the request does not decode");
	cr_assert_eq(otlp__traces_data__get_packed_size(data), buf->len,
		     "it holds what the standard does not know");
	return data;
}

Test(envelope, refuses_what_no_receiver_takes)
{
	struct config config = fixture_config();
	struct resource *resource = make_resource(&config);
	const struct iovec huge = { NULL, ENVELOPE_MAX };
	const struct batch batch = { &huge, 1, resource };
	struct buf buf = BUF_INIT;
	struct err err;

	errno = 0;
	cr_assert_eq(envelope_write(&batch, &buf, &err), -1);
	cr_assert_eq(errno, EMSGSIZE);
	cr_assert_eq(buf.len, 0);
	resource_destroy(resource);
}

/* Lengths on both sides of where a varint grows. */
Test(envelope, holds_every_span_as_it_was_stored)
{
	const size_t lengths[] = { 0, 1, 100, 127, 128, 16383, 16384, BIG };
	enum { N = sizeof(lengths) / sizeof(lengths[0]) };
	struct config config = fixture_config();
	struct resource *resource = make_resource(&config);
	struct iovec spans[N];
	const struct batch batch = { spans, N, resource };
	struct buf buf = BUF_INIT;
	const Otlp__ScopeSpans *scope;
	Otlp__TracesData *data;
	char *name = malloc(BIG + 1);

	for (size_t i = 0; i < N; i++) {
		memset(name, 'a', lengths[i]);
		name[lengths[i]] = '\0';
		spans[i] = fixture_span(name, (uint8_t)(i + 1));
	}
	cr_assert_eq(envelope_write(&batch, &buf, NULL), 0);
	data = decode(&buf);
	cr_assert_eq(data->n_resource_spans, 1);
	cr_assert_str_eq(data->resource_spans[0]->schema_url, SCHEMA_URL);
	cr_assert_eq(data->resource_spans[0]->n_scope_spans, 1);
	scope = data->resource_spans[0]->scope_spans[0];
	cr_assert_str_eq(scope->scope->name, SCOPE_NAME);
	cr_assert_str_eq(scope->schema_url, SCHEMA_URL);
	cr_assert_eq(scope->n_spans, N);
	for (size_t i = 0; i < N; i++) {
		cr_assert_eq(strlen(scope->spans[i]->name), lengths[i]);
		cr_assert_eq(scope->spans[i]->span_id.data[7], i + 1);
		free(spans[i].iov_base);
	}
	free(name);
	otlp__traces_data__free_unpacked(data, NULL);
	buf_free(&buf);
	resource_destroy(resource);
}

Test(envelope, appends)
{
	struct config config = fixture_config();
	struct resource *resource = make_resource(&config);
	struct iovec span = fixture_span("s", 1);
	const struct batch batch = { &span, 1, resource };
	struct buf buf = BUF_INIT;

	buf_puts(&buf, "x");
	cr_assert_eq(envelope_write(&batch, &buf, NULL), 0);
	cr_assert_eq(buf.data[0], 'x');
	buf_free(&buf);
	free(span.iov_base);
	resource_destroy(resource);
}

/* ---- the official definitions ------------------------------------------- */

#define PROTO "opentelemetry/proto/collector/trace/v1/trace_service.proto"
#define MESSAGE                                                                \
	"opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest"

static void run_protoc(const char *protos, const struct buf *request, char *ret,
		       size_t size)
{
	struct temp_dir dir;
	char path[128], command[1024];
	size_t len;
	FILE *out;
	int fd;

	temp_dir_make(&dir);
	snprintf(path, sizeof(path), "%s/request", dir.path);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	cr_assert_eq(write(fd, request->data, request->len),
		     (ssize_t)request->len);
	close(fd);
	snprintf(command, sizeof(command), "protoc -I%s --decode=%s %s < %s",
		 protos, MESSAGE, PROTO, path);
	out = popen(command, "r");
	len = fread(ret, 1, size - 1, out);
	ret[len] = '\0';
	cr_assert_eq(pclose(out), 0, "protoc failed");
	temp_dir_remove(&dir);
}

Test(envelope, decodes_by_the_official_definitions)
{
	const char *protos = getenv("OTLP_PROTO_DIR");
	struct config config = fixture_config();
	struct resource *resource = make_resource(&config);
	struct iovec span = fixture_span("slurm.step", 9);
	const struct batch batch = { &span, 1, resource };
	struct buf buf = BUF_INIT;
	static char text[65536];

	if (!protos || access("/usr/bin/protoc", X_OK))
		cr_skip_test("no OTLP_PROTO_DIR, or no protoc");
	cr_assert_eq(envelope_write(&batch, &buf, NULL), 0);
	run_protoc(protos, &buf, text, sizeof(text));
	cr_assert(strstr(text, "name: \"slurm.step\""), "%s", text);
	cr_assert(strstr(text, "kind: SPAN_KIND_INTERNAL"), "%s", text);
	cr_assert(strstr(text, "string_value: \"c1\""), "%s", text);
	cr_assert(strstr(text, "schema_url: \"" SCHEMA_URL "\""), "%s", text);
	/* a field that the standard does not have shows as its number */
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += strspn(line, " \n");
		cr_assert(*line < '0' || *line > '9', "unknown field: %.40s",
			  line);
	}
	buf_free(&buf);
	free(span.iov_base);
	resource_destroy(resource);
}

/* ---- the resource ----------------------------------------------------------
 */

static Otlp__Resource *unpack(const struct resource *resource)
{
	Otlp__Resource *message =
		otlp__resource__unpack(NULL, resource->len, resource->data);

	cr_assert(message);
	return message;
}

/* NULL when there is no such key; fails when it is there twice. */
static const char *find(const Otlp__Resource *message, const char *key)
{
	const char *found = NULL;

	for (size_t i = 0; i < message->n_attributes; i++)
		if (!strcmp(message->attributes[i]->key, key)) {
			cr_assert_null(found, "%s is there twice", key);
			found = message->attributes[i]->value->string_value;
		}
	return found;
}

Test(resource, says_who_we_are)
{
	struct config config = fixture_config();
	struct resource *resource;
	Otlp__Resource *message;

	config.environment = (char *)"staging";
	resource = make_resource(&config);
	message = unpack(resource);
	cr_assert_str_eq(find(message, ATTR_SERVICE_NAME), "slurm");
	cr_assert_str_eq(find(message, ATTR_SERVICE_INSTANCE_ID), "spool@host");
	cr_assert_str_eq(find(message, ATTR_CLUSTER_NAME), "c1");
	cr_assert_str_eq(find(message, ATTR_DEPLOYMENT_ENVIRONMENT), "staging");
	cr_assert_str_eq(find(message, ATTR_OS_TYPE), "linux");
	cr_assert_str_eq(find(message, ATTR_SDK_NAME), "slurm-otel");
	cr_assert_str_eq(find(message, ATTR_SDK_LANGUAGE), "c");
	cr_assert(find(message, ATTR_HOST_NAME));
	otlp__resource__free_unpacked(message, NULL);
	resource_destroy(resource);
	resource_destroy(NULL);
}

Test(resource, configured_attributes_win_and_denied_ones_stay)
{
	char *attributes[] = { (char *)"service.name=mine",
			       (char *)"a=b=c",
			       (char *)"bad=\xff!",
			       (char *)"empty=",
			       (char *)"=nokey",
			       (char *)"nothing",
			       (char *)"secret.x=1",
			       NULL };
	char *deny[] = { (char *)"host.*", (char *)"secret.x",
			 (char *)"slurm.cluster.name", NULL };
	struct config config = fixture_config();
	struct resource *resource;
	Otlp__Resource *message;

	config.resource_attributes = attributes;
	config.attribute_deny = deny;
	resource = make_resource(&config);
	message = unpack(resource);
	cr_assert_str_eq(find(message, ATTR_SERVICE_NAME), "mine");
	cr_assert_str_eq(find(message, "a"), "b=c");
	cr_assert_str_eq(find(message, "bad"), "\xef\xbf\xbd!");
	cr_assert_null(find(message, "empty"));
	cr_assert_null(find(message, ""));
	cr_assert_null(find(message, "nothing"));
	cr_assert_null(find(message, "secret.x"));
	cr_assert_null(find(message, ATTR_HOST_NAME));
	cr_assert_null(find(message, ATTR_HOST_ID));
	cr_assert_null(find(message, ATTR_CLUSTER_NAME));
	otlp__resource__free_unpacked(message, NULL);
	resource_destroy(resource);
}

Test(resource, all_denied_is_an_empty_resource)
{
	char *deny[] = { (char *)"service.*", (char *)"host.*",
			 (char *)"os.*",      (char *)"telemetry.*",
			 (char *)"slurm.*",   NULL };
	struct config config = fixture_config();
	struct resource *resource;
	struct iovec span = fixture_span("s", 1);
	struct buf buf = BUF_INIT;

	config.attribute_deny = deny;
	resource = make_resource(&config);
	cr_assert_eq(resource->len, 0);
	cr_assert_eq(envelope_write(&(struct batch){ &span, 1, resource }, &buf,
				    NULL),
		     0);
	otlp__traces_data__free_unpacked(decode(&buf), NULL);
	buf_free(&buf);
	free(span.iov_base);
	resource_destroy(resource);
}
