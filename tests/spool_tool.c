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
 *   spool_tool open SPOOL FIRST COUNT [BOOT-ID]
 *       leaves records of running steps in open/, as steps that were killed
 *       do, with span ids FIRST, FIRST + 1, ...; BOOT-ID: 32 digits
 *   spool_tool hold SPOOL NUMBER
 *       is a running step until SIGTERM, then ends as it should; prints "held"
 *       when the record is there
 *   spool_tool lost FILE...
 *       prints a line for every span in OTLP requests: number, nanoseconds of
 *       start and end, status code, error.type or "-", message
 *   spool_tool ids FILE...
 *       prints the number of every span in OTLP requests, one a line
 */
#include "spool_tool.h"

#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/otlp.pb-c.h"
#include "span/span.h"
#include "spool/spool.h"
#include "util/cleanup.h"

#define SPOOL_SIZE (256 * 1024 * 1024) /* SPOOL_SIZE in the environment */

int usage(void)
{
	fputs("usage: spool_tool write|rich|comment|raw|version|flips|cuts|"
	      "stats|open|hold|lost|ids ...\n",
	      stderr);
	return 2;
}

int fail(const struct err *err)
{
	fprintf(stderr, "spool_tool: %s\n", err->msg);
	return 1;
}

struct numbers numbers_parse(char **argv)
{
	uint64_t first = strtoull(argv[0], NULL, 10);

	return (struct numbers){ first, first + strtoull(argv[1], NULL, 10) };
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

size_t make_span(uint64_t number, const char *name, uint8_t *ret)
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
	struct numbers numbers;
	struct err err;
	uint8_t span[1024];

	if (argc < 5)
		return usage();
	numbers = numbers_parse(&argv[3]);
	for (uint64_t i = numbers.first; i < numbers.end; i++) {
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
	struct numbers numbers;
	struct err err;

	if (argc < 5)
		return usage();
	numbers = numbers_parse(&argv[3]);
	for (uint64_t i = numbers.first; i < numbers.end; i++) {
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
		{ "open", write_open },       { "hold", hold },
		{ "lost", print_losts },      { "ids", print_ids },
	};

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (argc > 2 && !strcmp(argv[1], commands[i].name))
			return commands[i].run(argc, argv);
	return usage();
}
