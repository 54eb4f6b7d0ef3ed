/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `slurm-otel status`: options and the loop of --watch; see status.h. */
#include "cli/status.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/load_config.h"
#include "cli/say.h"
#include "cli/status_view.h"
#include "cli/terminal.h"
#include "cli/usage.h"
#include "config/config.h"
#include "util/cleanup.h"
#include "util/clock.h"

#define WIDTH_MIN 60
#define WIDTH_MAX 400
#define WATCH_DEFAULT 2
#define WATCH_MAX 86400
/* Cursor to the corner, and everything below it erased (ECMA-48). */
#define CLEAR "\033[H\033[J"

struct status_options {
	const char *config;
	bool json;
	unsigned int watch; /* seconds; 0: once */
};

static const char usage[] =
	"Usage: slurm-otel status [OPTION]...\n"
	"Say what waits in the spools of this host, what the agents delivered "
	"and what\n"
	"was lost.\n"
	"\n"
	"  --config FILE      read FILE alone, instead of the otel.conf beside "
	"slurm.conf\n"
	"                     and the arguments in plugstack.conf\n"
	"  --json             a JSON object instead of tables\n"
	"  --watch[=SECONDS]  look again every SECONDS, or every 2, until "
	"interrupted\n"
	"  -h, --help         print this and exit\n"
	"\n"
	"Exit status: 0 all is well, 1 something needs attention, 2 wrong "
	"usage.\n";

static const struct command command = { "status", usage };

static int parse_watch(const char *text, unsigned int *ret)
{
	size_t digits = text ? strspn(text, "0123456789") : 0;
	unsigned long seconds = WATCH_DEFAULT;

	if (text) {
		seconds = strtoul(text, NULL, 10);
		if (!digits || text[digits] || !seconds || seconds > WATCH_MAX)
			return usage_error(&command,
					   "--watch takes seconds from 1 to "
					   "86400, not ",
					   text);
	}
	*ret = (unsigned int)seconds;
	return -1;
}

/* Returns -1 to go on, else the exit status. */
static int parse(int argc, char **argv, struct status_options *ret)
{
	static const struct option table[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "json", no_argument, NULL, 'j' },
		{ "watch", optional_argument, NULL, 'w' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option, status;

	optind = 0; /* main may have looked at its own options */
	opterr = 0;
	while ((option = getopt_long(argc, argv, ":h", table, NULL)) != -1) {
		switch (option) {
		case 'c':
			ret->config = optarg;
			break;
		case 'j':
			ret->json = true;
			break;
		case 'w':
			status = parse_watch(optarg, &ret->watch);
			if (status >= 0)
				return status;
			break;
		default:
			return usage_answer(&command, option, argv);
		}
	}
	return usage_surplus(&command, argc, argv);
}

static void clear_screen(const struct status_options *options)
{
	if (options->watch && !options->json && isatty(STDOUT_FILENO))
		fputs(CLEAR, stdout);
}

/* Returns the exit status as of now, -1 when nothing can be said. */
static int show(const struct status_options *options,
		const struct config *config, struct host_status *host)
{
	_cleanup_buf_ struct buf out = BUF_INIT;
	const struct look look = { terminal_is_utf8(), terminal_wants_color() };
	struct status_view view = { host, config->spool_dir,
				    config->spool_max_size, 0 };
	struct err err;

	if (host_status_collect(host, config->spool_dir, NULL, &err) < 0) {
		say("status: %s", err.msg);
		return -1;
	}
	view.now_ns = clock_unix_ns();
	if (!options->json)
		status_draw(&view, &look, terminal_width(WIDTH_MIN, WIDTH_MAX),
			    &out);
	else if (status_json(&view, !options->watch, &out) < 0)
		out.failed = true;
	if (out.failed) {
		say("status: no memory");
		return -1;
	}
	clear_screen(options);
	if (fwrite(out.data, 1, out.len, stdout) != out.len || fflush(stdout))
		return -1;
	return status_findings(&view, NULL, NULL) ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int run(const struct status_options *options)
{
	struct host_status host = { 0 };
	struct config *config = NULL;
	int status;

	if (load_config("status", options->config, &config) < 0)
		return EXIT_FAILURE;
	status = show(options, config, &host);
	while (options->watch && status >= 0) {
		sleep(options->watch);
		if (!options->json && !isatty(STDOUT_FILENO))
			putchar('\n');
		status = show(options, config, &host);
	}
	host_status_free(&host);
	config_destroy(config);
	return status < 0 ? EXIT_FAILURE : status;
}

int status_main(int argc, char **argv)
{
	struct status_options options = { 0 };
	int status = parse(argc, argv, &options);

	return status >= 0 ? status : run(&options);
}
