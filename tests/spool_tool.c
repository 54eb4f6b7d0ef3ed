/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fills a spool and reads what came out of it, for the tests of the agent.
 *
 *   spool_tool write SPOOL FIRST COUNT [NAME]
 *       appends COUNT spans whose ids are FIRST, FIRST + 1, ...
 *   spool_tool comment SPOOL JOB TEXT
 *       appends a request for a comment; in TEXT, "\n" is a new line
 *   spool_tool raw SPOOL KIND TEXT
 *       appends a record of any kind
 *   spool_tool ids FILE...
 *       prints the number of every span in OTLP requests, one a line
 */
#include <endian.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/otlp.pb-c.h"
#include "spool/spool.h"
#include "util/cleanup.h"

#define SPOOL_SIZE (256 * 1024 * 1024) /* SPOOL_SIZE in the environment */

static int usage(void)
{
	fputs("usage: spool_tool write|comment|raw|ids ...\n", stderr);
	return 2;
}

static int fail(const struct err *err)
{
	fprintf(stderr, "spool_tool: %s\n", err->msg);
	return 1;
}

static int append(const char *spool, enum spool_kind kind, uint32_t job,
		  const void *data, size_t len, struct err *err)
{
	const char *size = getenv("SPOOL_SIZE");
	const struct spool_options options = {
		.max_size = size ? strtoull(size, NULL, 10) : SPOOL_SIZE
	};
	_cleanup_close_ int fd =
		spool_open_dir(spool, true, (uid_t)-1, (gid_t)-1, err);

	if (fd < 0)
		return -1;
	return spool_append(fd, &options, kind, job, data, len, err);
}

static size_t make_span(uint64_t number, const char *name, uint8_t *ret)
{
	Otlp__Span span = OTLP__SPAN__INIT;
	uint8_t trace_id[16] = "slurm-otel test";
	uint64_t id = htobe64(number);

	span.trace_id = (ProtobufCBinaryData){ sizeof(trace_id), trace_id };
	span.span_id = (ProtobufCBinaryData){ sizeof(id), (uint8_t *)&id };
	span.name = (char *)name;
	span.kind = OTLP__SPAN__SPAN_KIND__SPAN_KIND_INTERNAL;
	span.start_time_unix_nano = 1700000000000000000 + number;
	span.end_time_unix_nano = 1700000001000000000 + number;
	return otlp__span__pack(&span, ret);
}

static int write_spans(int argc, char **argv)
{
	uint64_t first, count;
	struct err err;
	uint8_t span[1024];

	if (argc < 5)
		return usage();
	first = strtoull(argv[3], NULL, 10);
	count = strtoull(argv[4], NULL, 10);
	for (uint64_t i = first; i < first + count; i++) {
		size_t len = make_span(i, argc > 5 ? argv[5] : "test", span);

		if (append(argv[2], SPOOL_SPAN, (uint32_t)i, span, len, &err) <
		    0)
			return fail(&err);
	}
	return 0;
}

static int write_comment(int argc, char **argv)
{
	struct err err;
	char *out, *text;

	if (argc < 5)
		return usage();
	text = out = argv[4];
	for (const char *in = argv[4]; *in; in++) {
		if (in[0] == '\\' && in[1] == 'n') {
			*out++ = '\n';
			in++;
		} else {
			*out++ = *in;
		}
	}
	if (append(argv[2], SPOOL_COMMENT, (uint32_t)atol(argv[3]), text,
		   (size_t)(out - text), &err) < 0)
		return fail(&err);
	return 0;
}

static int write_raw(int argc, char **argv)
{
	struct err err;

	if (argc < 5)
		return usage();
	if (append(argv[2], (enum spool_kind)atoi(argv[3]), 1, argv[4],
		   strlen(argv[4]), &err) < 0)
		return fail(&err);
	return 0;
}

static void print_ids(const Otlp__TracesData *data)
{
	for (size_t i = 0; i < data->n_resource_spans; i++) {
		const Otlp__ResourceSpans *rs = data->resource_spans[i];

		for (size_t j = 0; j < rs->n_scope_spans; j++)
			for (size_t k = 0; k < rs->scope_spans[j]->n_spans;
			     k++) {
				uint64_t id;

				memcpy(&id,
				       rs->scope_spans[j]
					       ->spans[k]
					       ->span_id.data,
				       sizeof(id));
				printf("%llu\n",
				       (unsigned long long)be64toh(id));
			}
	}
}

static int print_file(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	_cleanup_free_ uint8_t *data = NULL;
	Otlp__TracesData *request;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -1;
	data = malloc((size_t)st.st_size + 1);
	if (!data || read(fd, data, (size_t)st.st_size) != st.st_size)
		return -1;
	request = otlp__traces_data__unpack(NULL, (size_t)st.st_size, data);
	if (!request)
		return -1;
	print_ids(request);
	otlp__traces_data__free_unpacked(request, NULL);
	return 0;
}

static int print_all(int argc, char **argv)
{
	for (int i = 2; i < argc; i++)
		if (print_file(argv[i]) < 0) {
			fprintf(stderr, "spool_tool: %s does not decode\n",
				argv[i]);
			return 1;
		}
	return 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv);
	} commands[] = {
		{ "write", write_spans },
		{ "comment", write_comment },
		{ "raw", write_raw },
		{ "ids", print_all },
	};

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (argc > 2 && !strcmp(argv[1], commands[i].name))
			return commands[i].run(argc, argv);
	return usage();
}
