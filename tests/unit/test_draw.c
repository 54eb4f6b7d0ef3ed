/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The drawing: whole drawings against files in tests/data, and the parts that
 * make it (text, times, bars, folding) at their edges.
 */
#include <criterion/criterion.h>

#include <locale.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/bar.h"
#include "cli/draw.h"
#include "cli/lines.h"
#include "cli/read_otlp_json.h"
#include "cli/text.h"
#include "cli/time_text.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static struct span_set set;
static struct trace_list list;

static void set_up(void)
{
	/* A zone written out needs no time zone data. */
	setenv("TZ", "CET-1", 1);
	tzset();
	cr_assert(setlocale(LC_CTYPE, "C.UTF-8"));
}

static void clean_up(void)
{
	trace_list_free(&list);
	span_set_free(&set);
}

TestSuite(draw, .init = set_up, .fini = clean_up);
TestSuite(fold, .init = set_up, .fini = clean_up);
TestSuite(text, .init = set_up);
TestSuite(time_text, .init = set_up);
TestSuite(bar, .init = set_up);

static void data_path(const char *name, char *ret, size_t size)
{
	const char *srcdir = getenv("srcdir");

	snprintf(ret, size, "%s/tests/data/%s", srcdir ? srcdir : ".", name);
}

static void ignore(void *arg, uint64_t line, const char *what)
{
	(void)arg;
	(void)line;
	(void)what;
}

static void load(const char *name)
{
	char path[4096];
	struct err err;
	int fd;

	data_path(name, path, sizeof(path));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	cr_assert_geq(fd, 0, "%s", path);
	cr_assert_eq(read_otlp_json(fd, &set, ignore, NULL, &err), 0);
	close(fd);
}

static char *draw(size_t width, bool utf8, bool color, bool all)
{
	struct draw_options options = { width, { utf8, color }, all };
	struct err err;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	trace_list_free(&list);
	cr_assert_eq(trace_list_build(&set, &list, &err), 0);
	cr_assert_eq(draw_traces(out, &list, &options, &err), 0);
	fclose(out);
	return text;
}

static char *expected(const char *name)
{
	static char text[65536];
	char path[4096];
	FILE *in;

	data_path(name, path, sizeof(path));
	in = fopen(path, "r");
	cr_assert(in, "%s", path);
	text[fread(text, 1, sizeof(text) - 1, in)] = '\0';
	fclose(in);
	return text;
}

static const struct {
	const char *expected;
	const char *inputs[2];
	size_t width;
	bool utf8, color;
} drawings[] = {
	{ "train-60.expected",
	  { "train.jsonl", "app.jsonl" },
	  60,
	  true,
	  false },
	{ "train-80.expected",
	  { "train.jsonl", "app.jsonl" },
	  80,
	  true,
	  false },
	{ "train-120.expected",
	  { "train.jsonl", "app.jsonl" },
	  120,
	  true,
	  false },
	{ "train-80-ascii.expected",
	  { "train.jsonl", "app.jsonl" },
	  80,
	  false,
	  false },
	{ "train-80-color.expected",
	  { "train.jsonl", "app.jsonl" },
	  80,
	  true,
	  true },
	{ "array-80.expected", { "array.jsonl" }, 80, true, false },
	{ "detail-80.expected", { "detail.jsonl" }, 80, true, false },
	{ "hostile-80.expected", { "hostile.jsonl" }, 80, true, false },
	{ "hostile-80-ascii.expected", { "hostile.jsonl" }, 80, false, false },
	{ "odd-80.expected", { "odd.jsonl" }, 80, true, false },
};

Test(draw, whole_drawings)
{
	for (size_t i = 0; i < COUNT(drawings); i++) {
		char *got;

		clean_up();
		for (size_t k = 0; k < COUNT(drawings[i].inputs); k++)
			if (drawings[i].inputs[k])
				load(drawings[i].inputs[k]);
		got = draw(drawings[i].width, drawings[i].utf8,
			   drawings[i].color, false);
		cr_expect_str_eq(got, expected(drawings[i].expected), "%s:\n%s",
				 drawings[i].expected, got);
		free(got);
	}
}

/* The files may come in any order, and more than once. */
Test(draw, order_and_repetition_of_files_change_nothing)
{
	char *got;

	load("app.jsonl");
	load("train.jsonl");
	load("app.jsonl");
	got = draw(80, true, false, false);
	cr_assert_str_eq(got, expected("train-80.expected"));
	cr_assert_eq(list.repeats, 7);
	free(got);
}

static size_t display_width(const char *line, size_t len)
{
	char *copy = strndup(line, len);
	size_t cells = text_width(copy, true);

	free(copy);
	return cells;
}

Test(draw, no_line_is_wider_than_asked_at_any_width)
{
	load("train.jsonl");
	load("app.jsonl");
	load("array.jsonl");
	load("hostile.jsonl");
	load("odd.jsonl");
	for (size_t width = DRAW_WIDTH_MIN; width < 200; width++) {
		char *got = draw(width, true, false, false);

		for (char *line = got; *line;) {
			size_t len = strcspn(line, "\n");

			cr_assert_leq(display_width(line, len), width,
				      "%zu: %.*s", width, (int)len, line);
			cr_assert(!len || line[len - 1] != ' ',
				  "ends in a blank: %.*s", (int)len, line);
			line += len + 1;
		}
		free(got);
	}
}

Test(draw, no_control_character_of_the_data_gets_through)
{
	char *got;

	load("hostile.jsonl");
	got = draw(120, true, false, false);
	for (const char *c = got; *c; c++)
		cr_assert((unsigned char)*c >= 0x20 || *c == '\n');
	cr_assert_not(strstr(got, "\u202e"));
	cr_assert_not(strstr(got, "\xc2\x9b"));
	cr_assert(strstr(got, "\u241b[31mred"));
	free(got);
	got = draw(120, false, false, false);
	for (const char *c = got; *c; c++)
		cr_assert((*c >= 0x20 && *c < 0x7f) || *c == '\n');
	free(got);
}

/* A step array: count spans below one job, failed at one of them. */
static void load_steps(uint32_t count, uint32_t failed)
{
	struct span_record record;

	span_record_init(&record);
	record.trace_id.b[0] = 1;
	record.span_id.b[0] = 1;
	record.start_ns = 1000;
	record.end_ns = 1000 + count * UINT64_C(1000);
	record.name = "slurm.job";
	cr_assert_eq(span_set_add(&set, &record), 0);
	record.has_parent = true;
	record.parent_id = record.span_id;
	record.span_id.b[0] = 2;
	record.name = "slurm.step";
	for (uint32_t i = 0; i < count; i++) {
		memcpy(&record.span_id.b[4], &i, sizeof(i));
		record.start_ns = 1000 + i * UINT64_C(1000);
		record.end_ns = record.start_ns + 900;
		record.status =
			i == failed ? SPAN_STATUS_ERROR : SPAN_STATUS_UNSET;
		cr_assert_eq(span_set_add(&set, &record), 0);
	}
}

static size_t count_lines(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

Test(fold, a_long_run_that_went_well)
{
	char *got;

	load_steps(1000, UINT32_MAX);
	got = draw(80, true, false, false);
	/* header of two lines, job, five steps, the rest, empty, counts */
	cr_assert_eq(count_lines(got), 2 + 1 + 5 + 1 + 2 - 1, "%s", got);
	cr_assert(strstr(got, "\u2514\u2500 \u2026 995 more steps, all ok"));
	cr_assert(strstr(got, "1 trace, 1001 spans, 0 failed"));
	free(got);
	got = draw(80, true, false, true);
	cr_assert_eq(count_lines(got), 1 + 1 + 1000 + 2);
	free(got);
}

Test(fold, a_failure_always_has_its_line)
{
	char *got;

	load_steps(10000, 6000);
	got = draw(80, true, false, false);
	cr_assert(strstr(got, "\u2026 5995 more steps, all ok"));
	cr_assert(strstr(got, "step  \u2717 error"));
	cr_assert(strstr(got, "\u2026 3994 more steps, all ok"));
	cr_assert(strstr(got, "1 trace, 10001 spans, 1 failed"));
	free(got);
}

Test(fold, a_run_that_is_just_short_enough_is_drawn)
{
	char *got;

	load_steps(FOLD_ABOVE, UINT32_MAX);
	got = draw(80, true, false, false);
	cr_assert_not(strstr(got, "more steps"));
	free(got);
	clean_up();
	load_steps(FOLD_ABOVE + 1, UINT32_MAX);
	got = draw(80, true, false, false);
	cr_assert(strstr(got, "46 more steps, all ok"));
	free(got);
}

static const struct {
	const char *text;
	size_t max;
	const char *utf8;
	size_t cells;
	const char *ascii;
} texts[] = {
	{ "", 10, "", 0, "" },
	{ "abc", 3, "abc", 3, "abc" },
	{ "abcd", 3, "ab\u2026", 3, "..." },
	{ "abcdef", 5, "abcd\u2026", 5, "ab..." },
	{ "abc", 1, "\u2026", 1, "" },
	{ "abc", 0, "", 0, "" },
	{ "\033[31m", 9, "\u241b[31m", 5, "?[31m" },
	{ "a\tb\r\n", 9, "a\u2409b\u240d\u240a", 5, "a?b??" },
	{ "\177", 9, "\u2421", 1, "?" },
	{ "\xc2\x9b"
	  "1m",
	  9,
	  "\ufffd"
	  "1m",
	  3, "?1m" },
	{ "\u202eabc\u202c", 9, "abc", 3, "?abc?" },
	{ "\xff"
	  "a\xc3",
	  9,
	  "\ufffd"
	  "a\ufffd",
	  3, "?a?" },
	{ "\xed\xa0\x80", 9, "\ufffd\ufffd\ufffd", 3, "?" },
	{ "\u65e5\u672c\u8a9e", 6, "\u65e5\u672c\u8a9e", 6, "???" },
	{ "\u65e5\u672c\u8a9e", 5, "\u65e5\u672c\u2026", 5, "???" },
	{ "\u65e5\u672c\u8a9e", 4, "\u65e5\u2026", 3, "???" },
	{ "e\u0301\u0301\u0301\u0301x", 2, "e\u0301\u0301x", 2, NULL },
	{ "\u0301x", 2, "x", 1, "?x" },
};

Test(text, made_fit_and_cut)
{
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct buf out = BUF_INIT;
		size_t cells =
			text_put(&out, texts[i].text, texts[i].max, true);

		buf_putc(&out, '\0');
		cr_expect_str_eq((char *)out.data, texts[i].utf8, "%zu: %s", i,
				 (char *)out.data);
		cr_expect_eq(cells, texts[i].cells, "%zu: %zu", i, cells);
		buf_clear(&out);
		text_put(&out, texts[i].text, texts[i].max, false);
		buf_putc(&out, '\0');
		if (texts[i].ascii)
			cr_expect_str_eq((char *)out.data, texts[i].ascii,
					 "%zu: %s", i, (char *)out.data);
		buf_free(&out);
	}
}

#define S UINT64_C(1000000000)

static const struct {
	uint64_t ns;
	const char *text;
} durations[] = {
	{ 0, "0 s" },
	{ 1, "1 ns" },
	{ 999, "999 ns" },
	{ 1000, "1.00 \u00b5s" },
	{ 9994, "9.99 \u00b5s" },
	{ 9995, "10.0 \u00b5s" },
	{ 99949, "99.9 \u00b5s" },
	{ 99950, "100 \u00b5s" },
	{ 850000, "850 \u00b5s" },
	{ 999499, "999 \u00b5s" },
	{ 999500, "1.00 ms" },
	{ 12345678, "12.3 ms" },
	{ 999499999, "999 ms" },
	{ 999500000, "1.00 s" },
	{ 1420000000, "1.42 s" },
	{ 59949999999, "59.9 s" },
	{ 59950000000, "1m 00s" },
	{ 185 * S, "3m 05s" },
	{ 3599 * S + S / 2 - 1, "59m 59s" },
	{ 3599 * S + S / 2, "1h 00m" },
	{ 8040 * S, "2h 14m" },
	{ 86369 * S, "23h 59m" },
	{ 86370 * S, "1d 00h" },
	{ 273600 * S, "3d 04h" },
	{ UINT64_MAX, "213504d 00h" },
};

Test(time_text, durations)
{
	for (size_t i = 0; i < COUNT(durations); i++) {
		char text[TIME_TEXT_SIZE];

		duration_text(durations[i].ns, true, text);
		cr_expect_str_eq(text, durations[i].text, "%s, not %s", text,
				 durations[i].text);
	}
}

Test(time_text, ascii_has_no_micro_sign)
{
	char text[TIME_TEXT_SIZE];

	duration_text(850000, false, text);
	cr_assert_str_eq(text, "850 us");
}

Test(time_text, the_clock_is_local)
{
	char text[TIME_TEXT_SIZE];

	clock_text(1772715731 * S + 999999999, text);
	cr_assert_str_eq(text, "2026-03-05 14:02:11");
	clock_text(UINT64_MAX, text);
	cr_assert_str_eq(text, "2554-07-22 00:34:33");
}

/* A bar on ten cells that stand for 80 ns: an eighth of a cell each. */
static const char *bar_text(uint64_t start, uint64_t end, enum bar_fill fill,
			    bool utf8)
{
	static struct buf out;
	const struct bar_scale scale = { 1000, 1080, 10 };
	struct bar bar;

	buf_clear(&out);
	bar_place(&scale, 1000 + start, 1000 + end, fill, utf8, &bar);
	cr_assert_geq(bar.cells, 1);
	cr_assert_leq(bar.blank + bar.cells, 10);
	for (size_t i = 0; i < bar.blank; i++)
		buf_putc(&out, ' ');
	bar_put(&out, &bar);
	buf_putc(&out, '\0');
	return (const char *)out.data;
}

static const struct {
	uint64_t start, end;
	enum bar_fill fill;
	const char *utf8, *ascii;
} bars[] = {
	{ 0, 80, BAR_SOLID,
	  "\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588",
	  "##########" },
	{ 0, 16, BAR_SOLID, "\u2588\u2588", "##" },
	{ 0, 17, BAR_SOLID, "\u2588\u2588\u258f", "##" },
	{ 0, 23, BAR_SOLID, "\u2588\u2588\u2589", "###" },
	{ 8, 12, BAR_SOLID, " \u258c", " #" },
	{ 12, 24, BAR_SOLID, " \u2590\u2588", "  #" },
	{ 15, 24, BAR_SOLID, "  \u2588", "  #" },
	{ 40, 40, BAR_SOLID, "     \u258f", "     #" },
	{ 46, 47, BAR_SOLID, "     \u2595", "      #" },
	{ 80, 80, BAR_SOLID, "         \u2595", "         #" },
	{ 78, 80, BAR_SOLID, "         \u2595", "         #" },
	{ 0, 0, BAR_SOLID, "\u258f", "#" },
	{ 500, 600, BAR_SOLID, "         \u2595", "         #" },
	{ 0, 3, BAR_WAIT, "\u2591", "." },
	{ 4, 20, BAR_WAIT, " \u2591\u2591", " .." },
	{ 79, 80, BAR_WAIT, "         \u2591", "         ." },
	{ 8, 24, BAR_MANY, " \u2592\u2592", " %%" },
};

Test(bar, cells)
{
	for (size_t i = 0; i < COUNT(bars); i++) {
		const char *got = bar_text(bars[i].start, bars[i].end,
					   bars[i].fill, true);

		cr_expect_str_eq(got, bars[i].utf8, "%zu: '%s'", i, got);
		got = bar_text(bars[i].start, bars[i].end, bars[i].fill, false);
		cr_expect_str_eq(got, bars[i].ascii, "%zu: '%s'", i, got);
	}
}

Test(bar, a_trace_without_length)
{
	const struct bar_scale scale = { 5, 5, 10 };
	struct bar bar;

	bar_place(&scale, 5, 5, BAR_SOLID, true, &bar);
	cr_assert_eq(bar.blank, 0);
	cr_assert_eq(bar.cells, 10);
}
