/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `slurm-otel show` does with a file: reads it, arranges the spans and
 * draws them.  The input is the file.
 */
#include "fuzz.h"

#include <locale.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "cli/draw.h"
#include "cli/read_otlp_json.h"
#include "cli/text.h"
#include "cli/trace_tree.h"

#define WIDTH 80

/* Turns the writing direction, or is a C1 control character. */
static bool is_dangerous(const char *p)
{
	static const char *const bad[] = {
		"\u200e", "\u200f", "\u202a", "\u202b", "\u202c", "\u202d",
		"\u202e", "\u2066", "\u2067", "\u2068", "\u2069",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (!strncmp(p, bad[i], strlen(bad[i])))
			return true;
	return p[0] == '\xc2' && (unsigned char)p[1] >= 0x80 &&
	       (unsigned char)p[1] <= 0x9f;
}

/* Nothing that a terminal obeys but the ends of lines, and all UTF-8, or
 * ASCII where that was asked for. */
static void check_drawing(char *text, bool utf8)
{
	char *line = text, *end;

	CHECK(utf8_valid(text, strlen(text)));
	for (; (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		for (const char *p = line; *p; p++) {
			CHECK((unsigned char)*p >= ' ' && *p != 0x7f);
			CHECK(utf8 || (unsigned char)*p < 0x80);
			CHECK(!is_dangerous(p));
		}
		CHECK(text_width(line, utf8) <= WIDTH);
	}
	CHECK(!*line);
}

static void draw(const struct trace_list *list, bool utf8, bool all)
{
	const struct draw_options options = { WIDTH, { utf8, false }, all };
	_cleanup_free_ char *text = NULL;
	struct err err;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	CHECK(out);
	CHECK(draw_traces(out, list, &options, &err) == 0);
	fclose(out);
	CHECK(strlen(text) == len);
	check_drawing(text, utf8);
}

static void check_tree(const struct trace *trace)
{
	CHECK(trace->n >= 1);
	for (size_t i = 0; i < trace->n;) {
		CHECK(trace->nodes[i].depth == 0);
		CHECK(trace->nodes[i].size >= 1);
		CHECK(trace->nodes[i].size <= trace->n - i);
		i += trace->nodes[i].size;
	}
}

static void check_spans(const struct span_set *set)
{
	struct trace_list list;
	struct err err;
	size_t nodes = 0;

	for (size_t i = 0; i < set->n; i++) {
		CHECK(trace_id_valid(&set->spans[i].trace_id));
		CHECK(span_id_valid(&set->spans[i].span_id));
		CHECK(set->spans[i].name);
		CHECK(set->spans[i].end_ns >= set->spans[i].start_ns);
	}
	CHECK(trace_list_build(set, &list, &err) == 0);
	for (size_t i = 0; i < list.n; i++) {
		check_tree(&list.traces[i]);
		nodes += list.traces[i].n;
	}
	CHECK(nodes + list.repeats == set->n);
	draw(&list, true, false);
	draw(&list, false, true);
	trace_list_free(&list);
}

/* Only sentences of ours: no data of the file. */
static void take_report(void *arg, uint64_t line, const char *what)
{
	(void)arg;
	CHECK(line >= 1);
	CHECK(fuzz_is_log_text(what));
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	setenv("TZ", "UTC0", 1);
	tzset();
	CHECK(setlocale(LC_CTYPE, "C.UTF-8"));
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_close_ int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct span_set set = { 0 };
	struct err err;

	CHECK(fd >= 0);
	CHECK(write(fd, data, size) == (ssize_t)size);
	CHECK(lseek(fd, 0, SEEK_SET) == 0);
	CHECK(read_otlp_json(fd, &set, take_report, NULL, &err) == 0);
	check_spans(&set);
	span_set_free(&set);
	return 0;
}
