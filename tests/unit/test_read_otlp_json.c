/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading OTLP JSON lines: what other exporters write differently is read the
 * same, and what cannot be read is named by its line and left out.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memfd_create */
#endif
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/line_reader.h"
#include "cli/read_otlp_json.h"

#define TRACE "4bf92f3577b34da6a3ce929d0e0e4736"
#define IDS "\"traceId\":\"" TRACE "\",\"spanId\":\"00f067aa0ba902b7\""
#define SPAN_LINE(members)                                                     \
	"{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{" members "}]}]}]}" \
	"\n"
#define SPAN_LINE_WITH(attribute)                                              \
	SPAN_LINE(IDS ",\"attributes\":[" attribute "]")

struct warnings {
	size_t n;
	uint64_t line; /* of the last */
	char what[128];
};

static struct span_set set;
static struct warnings warnings;
static struct err err;

static void note(void *arg, uint64_t line, const char *what)
{
	struct warnings *noted = arg;

	noted->n++;
	noted->line = line;
	snprintf(noted->what, sizeof(noted->what), "%s", what);
}

static int file_of(const char *text, size_t len)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, text, len), (ssize_t)len);
	cr_assert_eq(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static int read_text(const char *text)
{
	int fd = file_of(text, strlen(text));
	int ret = read_otlp_json(fd, &set, note, &warnings, &err);

	close(fd);
	return ret;
}

static const struct span_record *read_one(const char *text)
{
	cr_assert_eq(read_text(text), 0);
	cr_assert_eq(warnings.n, 0, "%s", warnings.what);
	cr_assert_eq(set.n, 1);
	return &set.spans[0];
}

static void clean_up(void)
{
	span_set_free(&set);
}

TestSuite(read_otlp_json, .fini = clean_up);

Test(read_otlp_json, a_bad_descriptor_is_an_error)
{
	cr_assert_eq(read_otlp_json(-1, &set, note, &warnings, &err), -1);
	cr_assert_str_eq(err.msg, "Bad file descriptor");
	cr_assert_eq(set.n, 0);
}

Test(read_otlp_json, a_directory_is_an_error)
{
	FILE *dir = fopen("/", "r");

	cr_assert_eq(read_otlp_json(fileno(dir), &set, note, &warnings, &err),
		     -1);
	cr_assert_str_eq(err.msg, "Is a directory");
	fclose(dir);
}

static void expect_warning(const char *text, const char *what)
{
	memset(&warnings, 0, sizeof(warnings));
	cr_assert_eq(read_text(text), 0);
	cr_assert_eq(warnings.n, 1, "%zu warnings for %s", warnings.n, text);
	cr_assert(strstr(warnings.what, what), "%s: %s", text, warnings.what);
	cr_assert_eq(set.n, 0);
}

Test(read_otlp_json, bad_lines_are_named)
{
	expect_warning("hello\n", "not a JSON object");
	expect_warning("{\"resourceSpans\":[]}}\n", "not a JSON object");
	expect_warning("{} {}\n", "not a JSON object");
	expect_warning("null\n", "not a JSON object");
	expect_warning("[]\n", "not a JSON object");
	expect_warning("{\"spans\":[]}\n", "no array \"resourceSpans\"");
	expect_warning("{\"resourceSpans\":{}}\n", "no array");
	expect_warning("{\"resourceSpans\":[", "incomplete");
	expect_warning("{\"resourceSpans\":[\n", "not a JSON object");
	expect_warning(SPAN_LINE("\"spanId\":\"00f067aa0ba902b7\""), "traceId");
	expect_warning(SPAN_LINE("\"traceId\":\"" TRACE "\""), "spanId");
	expect_warning(SPAN_LINE("\"traceId\":\"" TRACE "00\","
				 "\"spanId\":\"00f067aa0ba902b7\""),
		       "traceId");
	expect_warning(SPAN_LINE("\"traceId\":\"" TRACE "\","
				 "\"spanId\":\"0000000000000000\""),
		       "spanId");
	expect_warning(SPAN_LINE("\"traceId\":\"" TRACE "\","
				 "\"spanId\":\"00f067aa0ba902bg\""),
		       "spanId");
	expect_warning(SPAN_LINE("\"traceId\":[],\"spanId\":7"), "traceId");
}

Test(read_otlp_json, reading_goes_on_after_a_bad_line)
{
	cr_assert_eq(read_text("{}\n"
			       "oops\n"
			       "\n" SPAN_LINE(IDS) "oops\n"),
		     0);
	cr_assert_eq(warnings.n, 2);
	cr_assert_eq(warnings.line, 5);
	cr_assert_eq(set.n, 1);
}

Test(read_otlp_json, nothing_and_other_signals_are_no_mistake)
{
	cr_assert_eq(read_text(""), 0);
	cr_assert_eq(read_text("\n\r\n \t\n{}\n"
			       "{\"resourceMetrics\":[]}\n"
			       "{\"resourceLogs\":[]}\n"
			       "{\"resourceSpans\":[]}\n"
			       "{\"resourceSpans\":[{}]}\n"
			       "{\"resourceSpans\":[1,null,\"\"]}\n"),
		     0);
	cr_assert_eq(warnings.n, 0, "%s", warnings.what);
	cr_assert_eq(set.n, 0);
}

/* Types that no exporter writes must not crash, nor lose the span. */
Test(read_otlp_json, wrong_types_count_as_absent)
{
	const struct span_record *span = read_one(SPAN_LINE(
		IDS ",\"name\":7,\"startTimeUnixNano\":[],"
		    "\"endTimeUnixNano\":\"later\",\"parentSpanId\":{},"
		    "\"attributes\":[1,{},{\"key\":\"slurm.job.id\"},"
		    "{\"key\":\"slurm.job.id\",\"value\":\"9\"},"
		    "{\"key\":\"slurm.nnodes\",\"value\":"
		    "{\"stringValue\":\"many\"}}],\"status\":\"bad\","
		    "\"flags\":\"x\""));

	cr_assert_str_eq(span->name, "");
	cr_assert_eq(span->start_ns, 0);
	cr_assert_eq(span->end_ns, 0);
	cr_assert_not(span->has_parent);
	cr_assert_null(span->job_id);
	cr_assert_eq(span->nnodes, SPAN_INT_UNSET);
	cr_assert_eq(span->status, SPAN_STATUS_UNSET);
}

Test(read_otlp_json, a_span_of_ours)
{
	const struct span_record *span = read_one(SPAN_LINE(
		IDS ",\"parentSpanId\":\"00f067aa0ba902b8\",\"flags\":769,"
		    "\"name\":\"slurm.step\",\"kind\":1,"
		    "\"startTimeUnixNano\":\"1772715731000000001\","
		    "\"endTimeUnixNano\":\"1772715732000000002\","
		    "\"attributes\":["
		    "{\"key\":\"slurm.job.id\",\"value\":"
		    "{\"stringValue\":\"42\"}},"
		    "{\"key\":\"slurm.step.nnodes\",\"value\":"
		    "{\"intValue\":\"3\"}}],"
		    "\"status\":{\"message\":\"task 0: exit 1\",\"code\":2}"));

	cr_assert_eq(span->type, TYPE_STEP);
	cr_assert(span->has_parent);
	cr_assert(span->parent_remote);
	cr_assert_eq(span->parent_id.b[7], 0xb8);
	cr_assert_eq(span->trace_id.b[0], 0x4b);
	cr_assert_eq(span->start_ns, UINT64_C(1772715731000000001));
	cr_assert_eq(span->end_ns, UINT64_C(1772715732000000002));
	cr_assert_str_eq(span->job_id, "42");
	cr_assert_eq(span->step_nnodes, 3);
	cr_assert(span_failed(span));
	cr_assert_str_eq(span->status_message, "task 0: exit 1");
}

Test(read_otlp_json, numbers_ids_and_enums_in_their_other_forms)
{
	const struct span_record *span = read_one(SPAN_LINE(
		"\"traceId\":\"4BF92F3577B34DA6A3CE929D0E0E4736\","
		"\"spanId\":\"00F067AA0BA902B7\",\"parentSpanId\":\"\","
		"\"startTimeUnixNano\":1772715731000000001,"
		"\"endTimeUnixNano\":1.772715732e18,"
		"\"attributes\":[{\"key\":\"slurm.job.id.raw\",\"value\":"
		"{\"intValue\":42}},{\"key\":\"slurm.nnodes\",\"value\":"
		"{\"stringValue\":\"3\"}}],"
		"\"status\":{\"code\":\"STATUS_CODE_ERROR\"}"));

	cr_assert_eq(span->span_id.b[7], 0xb7);
	cr_assert_not(span->has_parent);
	cr_assert_eq(span->start_ns, UINT64_C(1772715731000000001));
	cr_assert_eq(span->end_ns, UINT64_C(1772715732000000000));
	cr_assert_str_eq(span->job_id_raw, "42");
	cr_assert_eq(span->nnodes, 3);
	cr_assert(span_failed(span));
}

Test(read_otlp_json, parents_all_zero_and_unreadable)
{
	cr_assert_eq(
		read_text(
			SPAN_LINE(IDS ",\"parentSpanId\":\"0000000000000000\"")
				SPAN_LINE(IDS ",\"parentSpanId\":\"what\"")),
		0);
	cr_assert_eq(set.n, 2);
	cr_assert_not(set.spans[0].has_parent);
	cr_assert(set.spans[1].has_parent);
}

Test(read_otlp_json, the_resource_speaks_for_its_spans)
{
	const char *text =
		"{\"resourceSpans\":[{\"resource\":{\"attributes\":["
		"{\"key\":\"host.name\",\"value\":{\"stringValue\":\"n1\"}},"
		"{\"key\":\"slurm.job.id\",\"value\":{\"stringValue\":\"9\"}}"
		"]},\"scopeSpans\":[{\"spans\":[{" IDS "},{" IDS
		",\"attributes\":[{\"key\":\"host.name\","
		"\"value\":{\"stringValue\":\"n2\"}}]}]}]}]}\n";

	cr_assert_eq(read_text(text), 0);
	cr_assert_eq(set.n, 2);
	cr_assert_str_eq(set.spans[0].host_name, "n1");
	cr_assert_str_eq(set.spans[1].host_name, "n2");
	cr_assert_str_eq(set.spans[1].job_id, "9");
}

Test(read_otlp_json, an_end_before_the_start_is_the_start)
{
	const struct span_record *span =
		read_one(SPAN_LINE(IDS ",\"startTimeUnixNano\":\"20\","
				       "\"endTimeUnixNano\":\"10\""));

	cr_assert_eq(span->end_ns, 20);
}

Test(read_otlp_json, an_exit_code_as_sacct_writes_it)
{
	const struct span_record *span = read_one(
		SPAN_LINE_WITH("{\"key\":\"slurm.exit_code\",\"value\":"
			       "{\"stringValue\":\"1:9\"}}"));

	cr_assert_eq(span->exit_status, 1);
	cr_assert_eq(span->exit_signal, 9);
}

/* JSON may hold a NUL; nothing may hide behind it. */
Test(read_otlp_json, a_nul_hides_nothing)
{
	const struct span_record *span =
		read_one(SPAN_LINE_WITH("{\"key\":\"slurm.job.name\",\"value\":"
					"{\"stringValue\":\"a\\u0000b\"}}"));

	cr_assert_str_eq(span->job_name, "a?b");
}

Test(read_otlp_json, long_texts_are_cut_between_characters)
{
	const struct span_record *span;
	char *text = NULL, *name = malloc(3 * 1000 + 1);
	int len;

	*name = '\0';
	for (int i = 0; i < 1000; i++)
		strcpy(name + 3 * i, "\u2603");
	len = asprintf(&text, SPAN_LINE(IDS ",\"name\":\"%s\""), name);
	cr_assert_gt(len, 0);
	span = read_one(text);
	cr_assert_eq(strlen(span->name), 1023);
	free(text);
	free(name);
}

Test(read_otlp_json, a_line_of_many_mebibytes)
{
	enum { SPANS = 100000 };
	struct buf text = BUF_INIT;
	int fd;

	buf_puts(&text, "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[");
	for (int i = 0; i < SPANS; i++)
		buf_printf(&text,
			   "%s{\"traceId\":\"" TRACE "\",\"spanId\":"
			   "\"%016x\",\"name\":\"%0100d\"}",
			   i ? "," : "", i + 1, i);
	buf_puts(&text, "]}]}]}\n" SPAN_LINE(IDS));
	cr_assert_not(text.failed);
	cr_assert_gt(text.len, 16 * 1024 * 1024);
	fd = file_of((const char *)text.data, text.len);
	cr_assert_eq(read_otlp_json(fd, &set, note, &warnings, &err), 0);
	cr_assert_eq(warnings.n, 0);
	cr_assert_eq(set.n, SPANS + 1);
	close(fd);
	buf_free(&text);
}

/* Attributes nest; json-c frees what it read by recursion. */
Test(read_otlp_json, what_nests_too_deep_is_refused)
{
	struct buf text = BUF_INIT;

	for (int i = 0; i < 100000; i++)
		buf_puts(&text, "{\"a\":");
	buf_puts(&text, "\n");
	buf_putc(&text, '\0');
	expect_warning((const char *)text.data, "not a JSON object");
	buf_free(&text);
}

/* What our own file: endpoint writes at the most: 32 levels of pairs. */
Test(read_otlp_json, attributes_as_deep_as_we_write_them_are_read)
{
	static const char level[] =
		"{\"kvlistValue\":{\"values\":[{\"key\":\"k\",\"value\":";
	struct buf text = BUF_INIT;

	buf_puts(&text,
		 "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{" IDS
		 ",\"links\":[{\"attributes\":[{\"key\":\"k\",\"value\":");
	for (int i = 0; i < 32; i++)
		buf_puts(&text, level);
	buf_puts(&text, "{}");
	for (int i = 0; i < 32; i++)
		buf_puts(&text, "}]}}");
	buf_puts(&text, "}]}]}]}]}]}\n");
	buf_putc(&text, '\0');
	read_one((const char *)text.data);
	buf_free(&text);
}

Test(read_otlp_json, every_prefix_and_every_flipped_bit_is_survived)
{
	char line[] = SPAN_LINE(
		IDS
		",\"parentSpanId\":\"00f067aa0ba902b8\",\"name\":\"a\\u00e9\","
		"\"startTimeUnixNano\":\"17\",\"attributes\":[{\"key\":"
		"\"slurm.nnodes\",\"value\":{\"intValue\":\"3\"}}]");
	int fd;

	for (size_t i = 0; i < strlen(line); i++) {
		fd = file_of(line, i);
		cr_assert_eq(read_otlp_json(fd, &set, note, &warnings, &err),
			     0);
		close(fd);
		for (int bit = 0; bit < 8; bit++) {
			line[i] ^= (char)(1 << bit);
			fd = file_of(line, strlen(line));
			cr_assert_eq(
				read_otlp_json(fd, &set, note, &warnings, &err),
				0);
			close(fd);
			line[i] ^= (char)(1 << bit);
		}
	}
}

TestSuite(line_reader);

static void expect_line(struct line_reader *reader, enum line_status status,
			uint64_t number, const char *text)
{
	const char *got = NULL;
	size_t len = 0;

	cr_assert_eq(line_reader_next(reader, &got, &len), status);
	cr_assert_eq(reader->number, number);
	if (!text)
		return;
	cr_assert_eq(len, strlen(text));
	cr_assert_eq(memcmp(got, text, len), 0);
}

Test(line_reader, long_lines_are_skipped_and_counted)
{
	const char *text = "12345678\n123456789\n\nlast";
	int fd = file_of(text, strlen(text));
	struct line_reader reader = LINE_READER_INIT(fd, 8);

	expect_line(&reader, LINE_WHOLE, 1, "12345678");
	expect_line(&reader, LINE_LONG, 2, NULL);
	expect_line(&reader, LINE_WHOLE, 3, "");
	expect_line(&reader, LINE_LAST, 4, "last");
	expect_line(&reader, LINE_END, 4, NULL);
	expect_line(&reader, LINE_END, 4, NULL);
	line_reader_free(&reader);
	close(fd);
}

/* A line longer than many reads takes no more memory than a few of them. */
Test(line_reader, a_line_without_end_takes_little_memory)
{
	size_t len = 64 * 1024 * 1024;
	struct line_reader reader = LINE_READER_INIT(-1, 1024);
	char *text = calloc(1, len);

	reader.fd = file_of(text, len);
	expect_line(&reader, LINE_LONG, 1, NULL);
	cr_assert_lt(reader.buf.cap, 4 * 1024 * 1024);
	expect_line(&reader, LINE_END, 1, NULL);
	close(reader.fd);
	line_reader_free(&reader);
	free(text);
}

Test(line_reader, a_pipe_is_read_to_its_end)
{
	struct line_reader reader = LINE_READER_INIT(-1, 100);
	int fds[2];

	cr_assert_eq(pipe(fds), 0);
	reader.fd = fds[0];
	cr_assert_eq(write(fds[1], "a", 1), 1);
	cr_assert_eq(write(fds[1], "b\nc", 3), 3);
	close(fds[1]);
	expect_line(&reader, LINE_WHOLE, 1, "ab");
	expect_line(&reader, LINE_LAST, 2, "c");
	expect_line(&reader, LINE_END, 2, NULL);
	line_reader_free(&reader);
	close(fds[0]);
}
