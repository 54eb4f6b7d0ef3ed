/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fills a spool and reads what came out of it, for the tests of the agent.
 *
 *   spool_tool write SPOOL FIRST COUNT [NAME]
 *       appends COUNT spans whose ids are FIRST, FIRST + 1, ...
 *   spool_tool rich SPOOL FIRST COUNT
 *       the same, with everything in them that a span of ours can hold
 *   spool_tool comment SPOOL JOB TEXT
 *       appends a request for a comment; in TEXT, "\n" is a new line
 *   spool_tool raw SPOOL KIND TEXT
 *       appends a record of any kind
 *   spool_tool version SPOOL VERSION FIRST COUNT
 *       appends spans in whole records of another version
 *   spool_tool flips SPOOL FIRST
 *   spool_tool cuts SPOOL FIRST
 *       for every bit of a record, or every length it can be cut at, appends
 *       three spans (FIRST, FIRST + 1, ...), the middle one so damaged; prints
 *       how many threes and how many damaged bytes that is
 *   spool_tool stats SPOOL
 *       prints what the spool holds and what was lost: NAME VALUE, one a line
 *   spool_tool ids FILE...
 *       prints the number of every span in OTLP requests, one a line
 */
#include <endian.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/otlp.pb-c.h"
#include "span/span.h"
#include "spool/record.h"
#include "util/cleanup.h"

#define SPOOL_SIZE (256 * 1024 * 1024)

static int usage(void)
{
	fputs("usage: spool_tool write|rich|comment|raw|version|flips|cuts|stats|ids "
	      "...\n",
	      stderr);
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
	const struct spool_options options = { .max_size = SPOOL_SIZE };
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

static void fill_rich(struct span *span, uint64_t number)
{
	struct trace_context self = { .trace_id = { "slurm-otel rich" },
				      .flags = TRACE_FLAGS_KNOWN };
	struct trace_context other = { .trace_id = { "somebody else's" },
				       .span_id = { "other  " } };
	const uint64_t id = htobe64(number), start = 1700000000123456789;
	struct span_id parent = { "parent " };

	memcpy(self.span_id.b, &id, sizeof(id));
	span_set_context(span, &self, number % 2 ? &parent : NULL,
			 number % 3 == 0);
	span_set_tracestate(span, "vendor=value,other@system=1");
	span_set_name(span, "slurm.job \xe2\x82\xac \"quoted\" \\");
	span_set_kind(span, (enum span_kind)(1 + number % 5));
	span_set_times(span, start + number, start + 2 * number);
	span_set_status(span, (enum span_status)(number % 3),
			number % 3 == SPAN_STATUS_ERROR ? "it failed" : NULL);
	span_set_str(span, "text", "lines\nand\ttabs, \x01, \xf0\x9f\x90\xa7");
	span_set_str(span, "text.empty", "");
	span_set_int(span, "int.min", INT64_MIN);
	span_set_int(span, "int.max", INT64_MAX);
	span_set_int(span, "int.zero", 0);
	span_set_double(span, "double", 0.1 * (double)number);
	span_set_double(span, "double.large", -1.7976931348623157e308);
	span_set_bool(span, "true", true);
	span_set_bool(span, "false", false);
	span_add_event(span, start + 1, "oom", "process.pid", "42");
	span_add_event(span, start + 2, "no attribute", NULL, NULL);
	span_add_link(span, &other, true, "slurm.link", "submission");
	span_add_link(span, &other, false, NULL, NULL);
}

static int write_rich(int argc, char **argv)
{
	uint64_t first, count;
	struct err err;

	if (argc < 5)
		return usage();
	first = strtoull(argv[3], NULL, 10);
	count = strtoull(argv[4], NULL, 10);
	for (uint64_t i = first; i < first + count; i++) {
		struct span *span = span_create(NULL);
		_cleanup_free_ uint8_t *data = NULL;
		size_t len;
		int ret;

		if (!span)
			return 1;
		fill_rich(span, i);
		ret = span_encode(span, &data, &len, &err);
		span_destroy(span);
		if (ret < 0 || append(argv[2], SPOOL_SPAN, (uint32_t)i, data,
				      len, &err) < 0)
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

/* ---- records that spool_append would not write --------------------------- */

#define RECORD_MAX (SPOOL_HEADER_SIZE + 1024)

static size_t make_record(uint8_t version, uint64_t number, uint8_t *ret)
{
	struct spool_header header = {
		.version = version,
		.kind = SPOOL_SPAN,
		.job_id = (uint32_t)number,
		.time_ns = 1700000000000000000,
	};

	header.len =
		(uint32_t)make_span(number, "test", ret + SPOOL_HEADER_SIZE);
	spool_header_encode(&header, ret + SPOOL_HEADER_SIZE, ret);
	return SPOOL_HEADER_SIZE + header.len;
}

/* Opens current to append bytes; nobody else may be at the spool. */
static FILE *open_current(const char *spool)
{
	struct err err;
	_cleanup_close_ int dir =
		spool_open_dir(spool, true, (uid_t)-1, (gid_t)-1, &err);
	int fd = dir < 0 ? -1
			 : openat(dir, "current",
				  O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC,
				  0600);
	FILE *out = fd < 0 ? NULL : fdopen(fd, "a");

	if (!out)
		fprintf(stderr, "spool_tool: %s can not be written\n", spool);
	return out;
}

static int close_current(FILE *out)
{
	return fclose(out) ? fail(&(struct err){ "write failed" }) : 0;
}

static int write_version(int argc, char **argv)
{
	uint8_t record[RECORD_MAX];
	uint64_t first, count;
	FILE *out;

	if (argc < 6)
		return usage();
	first = strtoull(argv[4], NULL, 10);
	count = strtoull(argv[5], NULL, 10);
	out = open_current(argv[2]);
	if (!out)
		return 1;
	for (uint64_t i = first; i < first + count; i++)
		fwrite(record, 1,
		       make_record((uint8_t)atoi(argv[3]), i, record), out);
	return close_current(out);
}

/* Three spans, the middle one damaged: bit flipped, then cut at len. */
static void put_three(FILE *out, uint64_t first, size_t bit, size_t len)
{
	uint8_t record[RECORD_MAX];
	size_t whole = make_record(SPOOL_VERSION, first, record);

	fwrite(record, 1, whole, out);
	make_record(SPOOL_VERSION, first + 1, record);
	if (bit < 8 * whole)
		record[bit / 8] ^= (uint8_t)(1 << bit % 8);
	fwrite(record, 1, len, out);
	make_record(SPOOL_VERSION, first + 2, record);
	fwrite(record, 1, whole, out);
}

static int write_damaged(int argc, char **argv)
{
	uint8_t record[RECORD_MAX];
	size_t len = make_record(SPOOL_VERSION, 1, record);
	bool flips = !strcmp(argv[1], "flips");
	size_t n = flips ? 8 * len : len - 1, bytes = 0;
	uint64_t first;
	FILE *out;

	if (argc < 4)
		return usage();
	first = strtoull(argv[3], NULL, 10);
	out = open_current(argv[2]);
	if (!out)
		return 1;
	for (size_t i = 0; i < n; i++) {
		size_t left = flips ? len : i + 1;

		put_three(out, first + 3 * i, flips ? i : SIZE_MAX, left);
		bytes += left;
	}
	printf("%zu %zu\n", n, bytes);
	return close_current(out);
}

static int print_stats(int argc, char **argv)
{
	struct spool_stats stats;
	struct err err;
	_cleanup_close_ int fd =
		spool_open_dir(argv[2], false, (uid_t)-1, (gid_t)-1, &err);

	(void)argc;
	if (fd < 0 || spool_stats(fd, &stats, &err) < 0)
		return fail(&err);
	printf("bytes %" PRIu64 "\nsegments %" PRIu64
	       "\ndropped_records %" PRIu64 "\ntorn_bytes %" PRIu64
	       "\ntorn_runs %" PRIu64 "\nfailed_records %" PRIu64 "\n",
	       stats.bytes, stats.segments, stats.dropped_records,
	       stats.torn_bytes, stats.torn_runs, stats.failed_records);
	return 0;
}

/* ---- what arrived -------------------------------------------------------- */

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
		{ "write", write_spans },     { "rich", write_rich },
		{ "comment", write_comment }, { "raw", write_raw },
		{ "version", write_version }, { "flips", write_damaged },
		{ "cuts", write_damaged },    { "stats", print_stats },
		{ "ids", print_all },
	};

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (argc > 2 && !strcmp(argv[1], commands[i].name))
			return commands[i].run(argc, argv);
	return usage();
}
