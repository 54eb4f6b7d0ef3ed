/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `slurm-otel show`: options, files, messages; see show.h. */
#include "cli/show.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/draw.h"
#include "cli/read_otlp_json.h"
#include "cli/say.h"
#include "cli/select.h"
#include "cli/terminal.h"
#include "util/cleanup.h"

#define EXIT_USAGE 2
/* Warnings printed of one file; more of them would hide the drawing. */
#define WARNINGS_MAX 10

struct show_options {
	const char *job;
	const char *trace;
	size_t width; /* 0: ask the terminal */
	bool color, ascii, all;
	char **given; /* argv, for messages */
	char **files;
	int n_files;
};

/* One file being read. */
struct input {
	const char *name;
	uint64_t warnings;
};

static const char usage[] =
	"Usage: slurm-otel show [OPTION]... FILE...\n"
	"Draw the traces in files of OTLP JSON lines; - reads standard input.\n"
	"\n"
	"  --job ID       only this job: 42, one array task: 42_7, or with the\n"
	"                 id of an array all its tasks\n"
	"  --trace ID     only this trace; 4 or more digits that begin it do\n"
	"  --all          a line for every span; fold no long runs\n"
	"  --width N      columns to draw in, 40 to 1000; else the terminal's\n"
	"  --color WHEN   auto, always or never\n"
	"  --ascii        draw in ASCII, also where the locale is UTF-8\n"
	"  -h, --help     print this and exit\n"
	"\n"
	"Exit status: 0 drawn, 1 nothing matched or an input was not readable,\n"
	"2 wrong usage.\n";

enum option_code {
	OPTION_JOB = 256,
	OPTION_TRACE,
	OPTION_ALL,
	OPTION_WIDTH,
	OPTION_COLOR,
	OPTION_ASCII,
};

static const struct option options_table[] = {
	{ "job", required_argument, NULL, OPTION_JOB },
	{ "trace", required_argument, NULL, OPTION_TRACE },
	{ "all", no_argument, NULL, OPTION_ALL },
	{ "width", required_argument, NULL, OPTION_WIDTH },
	{ "color", required_argument, NULL, OPTION_COLOR },
	{ "ascii", no_argument, NULL, OPTION_ASCII },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static int usage_error(const char *what, const char *value)
{
	say("show: %s%s", what, value);
	fputs("Try 'slurm-otel show --help'.\n", stderr);
	return -1;
}

static int parse_job(struct show_options *options, const char *text)
{
	if (!job_id_valid(text))
		return usage_error("--job takes a job id like 42 or 42_7, not ",
				   text);
	options->job = text;
	return 0;
}

static int parse_trace(struct show_options *options, const char *text)
{
	if (!trace_prefix_valid(text))
		return usage_error("--trace takes 4 to 32 hexadecimal digits, "
				   "not ",
				   text);
	options->trace = text;
	return 0;
}

static int parse_width(struct show_options *options, const char *text)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long width = strtoul(text, NULL, 10);

	if (!digits || text[digits] || width < DRAW_WIDTH_MIN ||
	    width > DRAW_WIDTH_MAX)
		return usage_error("--width takes a number from 40 to 1000, "
				   "not ",
				   text);
	options->width = width;
	return 0;
}

static int parse_color(struct show_options *options, const char *text)
{
	if (!strcmp(text, "auto"))
		options->color = terminal_wants_color();
	else if (!strcmp(text, "always"))
		options->color = true;
	else if (!strcmp(text, "never"))
		options->color = false;
	else
		return usage_error("--color takes auto, always or never, not ",
				   text);
	return 0;
}

static int parse_option(struct show_options *options, int code)
{
	switch (code) {
	case OPTION_JOB:
		return parse_job(options, optarg);
	case OPTION_TRACE:
		return parse_trace(options, optarg);
	case OPTION_ALL:
		options->all = true;
		return 0;
	case OPTION_WIDTH:
		return parse_width(options, optarg);
	case OPTION_COLOR:
		return parse_color(options, optarg);
	case OPTION_ASCII:
		options->ascii = true;
		return 0;
	case ':':
		return usage_error("a value is missing after ",
				   options->given[optind - 1]);
	default:
		return usage_error("unknown option ",
				   options->given[optind - 1]);
	}
}

/* Returns 0, 1 when help was printed, or -1 for wrong usage. */
static int parse_options(int argc, char **argv, struct show_options *options)
{
	int code;

	options->color = terminal_wants_color();
	options->given = argv;
	optind = 0; /* from the start, as if nobody had used getopt before */
	while ((code = getopt_long(argc, argv, ":h", options_table, NULL)) !=
	       -1) {
		if (code == 'h') {
			fputs(usage, stdout);
			return 1;
		}
		if (parse_option(options, code) < 0)
			return -1;
	}
	options->files = argv + optind;
	options->n_files = argc - optind;
	return options->n_files ? 0 : usage_error("no FILE given", "");
}

static void warn(void *arg, uint64_t line, const char *what)
{
	struct input *input = arg;

	if (++input->warnings <= WARNINGS_MAX)
		say("%s:%" PRIu64 ": %s", input->name, line, what);
}

/* Returns -1 when anything of it could not be read; what could is in set. */
static int read_file(const char *path, struct span_set *set)
{
	bool is_stdin = !strcmp(path, "-");
	struct input input = { .name = is_stdin ? "standard input" : path };
	_cleanup_close_ int opened = -1;
	struct err err;
	int fd = STDIN_FILENO;

	if (!is_stdin)
		fd = opened = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0) {
		say("cannot open %s: %s", path, strerror(errno));
		return -1;
	}
	if (read_otlp_json(fd, set, warn, &input, &err) < 0) {
		say("cannot read %s: %s", input.name, err.msg);
		return -1;
	}
	if (input.warnings > WARNINGS_MAX)
		say("%s: %" PRIu64 " more such warnings", input.name,
		    input.warnings - WARNINGS_MAX);
	return input.warnings ? -1 : 0;
}

static int nothing(const struct show_options *options, size_t traces)
{
	if (!traces)
		say("no spans in the input");
	else
		say("no span of %s%s%s%s%s in the %zu %s read",
		    options->job ? "job " : "",
		    options->job ? options->job : "",
		    options->job && options->trace ? " in " : "",
		    options->trace ? "trace " : "",
		    options->trace ? options->trace : "", traces,
		    traces == 1 ? "trace" : "traces");
	return -1;
}

static int ambiguous(const char *prefix, const struct trace_list *list)
{
	char first[TRACE_ID_HEX + 1], second[TRACE_ID_HEX + 1];

	trace_id_format(&list->traces[0].id, first);
	trace_id_format(&list->traces[1].id, second);
	say("--trace %s begins %zu traces, %s and %s%s; give more digits",
	    prefix, list->n, first, second, list->n > 2 ? " among them" : "");
	return -1;
}

static int select_and_draw(const struct show_options *options,
			   struct trace_list *list)
{
	struct draw_options drawing = {
		.width = options->width,
		.look = { .utf8 = !options->ascii && terminal_is_utf8(),
			  .color = options->color },
		.all = options->all,
	};
	size_t traces = list->n;
	struct err err;

	if (options->trace)
		select_trace(list, options->trace);
	if (options->trace && list->n > 1)
		return ambiguous(options->trace, list);
	if (options->job)
		select_job(list, options->job);
	if (!list->n)
		return nothing(options, traces);
	if (!drawing.width)
		drawing.width = terminal_width(DRAW_WIDTH_MIN, DRAW_WIDTH_MAX);
	if (draw_traces(stdout, list, &drawing, &err) < 0) {
		say("drawing stopped: %s", err.msg);
		return -1;
	}
	return 0;
}

static int show(const struct show_options *options)
{
	_cleanup_(span_set_free) struct span_set set = { 0 };
	_cleanup_(trace_list_free) struct trace_list list = { 0 };
	struct err err;
	int ret = 0;

	for (int i = 0; i < options->n_files; i++)
		if (read_file(options->files[i], &set) < 0)
			ret = -1;
	/* What is wrong with the input has been said already. */
	if (!set.n && ret < 0)
		return -1;
	if (trace_list_build(&set, &list, &err) < 0) {
		say("%s", err.msg);
		return -1;
	}
	if (select_and_draw(options, &list) < 0)
		return -1;
	if (fflush(stdout) || ferror(stdout)) {
		say("cannot write the drawing: %s", strerror(errno));
		return -1;
	}
	return ret;
}

int show_main(int argc, char **argv)
{
	struct show_options options = { 0 };
	int ret = parse_options(argc, argv, &options);

	if (ret < 0)
		return EXIT_USAGE;
	if (ret > 0)
		return EXIT_SUCCESS;
	return show(&options) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
