/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the agent's command line; see options.h. */
#include "config.h"

#include "options.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#define DEFAULT_HELPER PKGLIBEXECDIR "/slurm-otel-comment"

static const char usage[] =
	"Usage: slurm-otel-agent --spool DIR [OPTION]...\n"
	"Reads spans from a spool directory and exports them to the endpoints of\n"
	"otel.conf.\n"
	"\n"
	"  --spool DIR             the spool directory of one daemon\n"
	"  --config FILE           otel.conf (default: what plugstack.conf\n"
	"                          names, else beside slurm.conf)\n"
	"  --cluster NAME          slurm.cluster.name (default: the file "
	"`cluster'\n"
	"                          in the spool directory)\n"
	"  --service-instance ID   service.instance.id (default: SPOOL@HOST)\n"
	"  --foreground            do not become a daemon; log to standard error\n"
	"  --once                  deliver what is there and exit: 0 when all was\n"
	"                          delivered, 1 when something was not,\n"
	"                          75 when another agent serves the spool\n"
	"  --log-file FILE         log to FILE as well\n"
	"  --comment-helper FILE   program that sets a job's comment\n"
	"  --help, --version       print this, or the version, and exit\n";

/* What an option sets: the string or the switch at this offset. */
static const struct kind {
	size_t offset;
	bool has_value;
} kinds[] = {
	{ offsetof(struct options, spool), true },
	{ offsetof(struct options, config), true },
	{ offsetof(struct options, cluster), true },
	{ offsetof(struct options, service_instance), true },
	{ offsetof(struct options, log_file), true },
	{ offsetof(struct options, comment_helper), true },
	{ offsetof(struct options, foreground), false },
	{ offsetof(struct options, once), false },
};

enum { OPTION_HELP = 100, OPTION_VERSION };

/* val is the index into kinds, or one of the two above. */
static const struct option longs[] = {
	{ "spool", required_argument, NULL, 0 },
	{ "config", required_argument, NULL, 1 },
	{ "cluster", required_argument, NULL, 2 },
	{ "service-instance", required_argument, NULL, 3 },
	{ "log-file", required_argument, NULL, 4 },
	{ "comment-helper", required_argument, NULL, 5 },
	{ "foreground", no_argument, NULL, 6 },
	{ "once", no_argument, NULL, 7 },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ NULL, 0, NULL, 0 },
};

static int mistake(const char *text)
{
	if (text)
		fprintf(stderr, "slurm-otel-agent: %s\n", text);
	fputs("Try `slurm-otel-agent --help'.\n", stderr);
	return EX_USAGE;
}

static void set(struct options *options, const struct kind *kind)
{
	char *place = (char *)options + kind->offset;

	if (kind->has_value)
		*(const char **)place = optarg;
	else
		*(bool *)place = true;
}

int options_parse(int argc, char **argv, struct options *ret)
{
	struct options options = { .comment_helper = DEFAULT_HELPER };
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (c == OPTION_HELP)
			return fputs(usage, stdout) < 0;
		if (c == OPTION_VERSION)
			return puts("slurm-otel-agent " PACKAGE_VERSION) < 0;
		if (c == '?')
			return mistake(NULL);
		set(&options, &kinds[c]);
	}
	if (optind < argc)
		return mistake("there are arguments that are no options");
	if (!options.spool || !*options.spool)
		return mistake("--spool is needed");
	/* a daemon lives in / */
	if (*options.spool != '/' ||
	    (options.config && *options.config != '/') ||
	    (options.log_file && *options.log_file != '/'))
		return mistake(
			"--spool, --config and --log-file take absolute paths");
	options.foreground |= options.once;
	*ret = options;
	return -1;
}
