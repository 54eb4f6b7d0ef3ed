/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints the configuration and what is wrong with it; see check.h. */
#include "cli/check.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/check_files.h"
#include "cli/check_plugins.h"
#include "cli/check_send.h"
#include "cli/check_slurm.h"
#include "cli/load_config.h"
#include "config/config.h"
#include "config/endpoint.h"
#include "util/cleanup.h"

#define MASK "********"
#define ORIGIN_WIDTH 13 /* of the longest, and two blanks */
#define VALUE_WIDTH 44  /* longer values push their origin to the right */

static const char *const origins[] = {
	[CONFIG_DEFAULT] = "default",
	[CONFIG_ENVIRONMENT] = "environment",
	[CONFIG_FILE] = "file",
	[CONFIG_ARGUMENT] = "argument",
};

static const char help[] =
	"Usage: slurm-otel check [--config FILE] [--send]\n"
	"       slurm-otel check --plugin FILE\n"
	"\n"
	"Prints the configuration of slurm-otel with the origin of each value, "
	"and\n"
	"what is wrong with it, or with the plugins beside Slurm's.  Secrets are\n"
	"masked.\n"
	"\n"
	"  --config FILE  read FILE alone, instead of the otel.conf beside slurm.conf\n"
	"                 and the arguments in plugstack.conf\n"
	"  --send         then send a test span to every endpoint, as the "
	"agent would\n"
	"                 (root becomes AgentUser for it)\n"
	"  --plugin FILE  check nothing but this plugin of Slurm's: is it for the "
	"Slurm\n"
	"                 of this host?  `make install` asks this first\n"
	"  -h, --help     print this and exit\n"
	"\n"
	"Exit status: 0 no mistakes, and every endpoint took the span; 1 "
	"otherwise;\n"
	"2 wrong usage.\n";

/* Mistakes and warnings, written down until the values are printed. */
struct findings {
	FILE *out;
	unsigned int warnings;
};

static void note_mistake(const char *message, void *arg)
{
	struct findings *findings = arg;

	fprintf(findings->out, "mistake: %s\n", message);
}

static void note_warning(const char *message, void *arg)
{
	struct findings *findings = arg;

	findings->warnings++;
	fprintf(findings->out, "warning: %s\n", message);
}

/* ---- values ------------------------------------------------------------- */

/* The value as people may see it; malloc'ed, NULL without memory. */
static char *shown_value(const struct config *config,
			 const struct config_key *key)
{
	_cleanup_free_ char *text = NULL;
	char *shown = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	key->print(key, config, out);
	if (fclose(out))
		return NULL;
	if (!len)
		return strdup("-");
	if (key->secret)
		return strdup(MASK);
	/* a ? is the beginning of a query in a URL only */
	if (!strstr(text, "://"))
		return strdup(text);
	/* a mask can be longer than what it hides */
	len = 2 * len + sizeof(MASK) * (len / 4 + 1);
	shown = malloc(len);
	if (shown)
		endpoint_mask(text, shown, len);
	return shown;
}

static void print_value(const struct config *config, size_t i, int name_width,
			int value_width)
{
	_cleanup_free_ char *value = shown_value(config, &config_keys[i]);
	const char *text = value ? value : "(no memory)";
	size_t len = strcspn(text, "\n");
	char where[PATH_MAX + 16];

	config_where(config, i, where, sizeof(where));
	printf("  %-*s  %-*.*s  %-*s%s\n", name_width, config_keys[i].name,
	       value_width, (int)len, text, *where ? ORIGIN_WIDTH : 0,
	       origins[config_origin(config, i)], where);
	/* what was added up stands below one another */
	while (text[len]) {
		text += len + 1;
		len = strcspn(text, "\n");
		printf("  %-*s  %.*s\n", name_width, "", (int)len, text);
	}
}

static void print_values(const struct config *config)
{
	int name_width = 0, value_width = 0;
	size_t i;

	for (i = 0; config_keys[i].name; i++) {
		_cleanup_free_ char *value =
			shown_value(config, &config_keys[i]);
		int name_len = (int)strlen(config_keys[i].name);
		int value_len = value ? (int)strcspn(value, "\n") : 0;

		if (name_len > name_width)
			name_width = name_len;
		if (value_len > value_width && value_len <= VALUE_WIDTH)
			value_width = value_len;
	}
	for (i = 0; config_keys[i].name; i++)
		print_value(config, i, name_width, value_width);
}

static bool has_value_from(const struct config *config,
			   enum config_origin origin)
{
	size_t i;

	for (i = 0; config_keys[i].name; i++)
		if (config_origin(config, i) == origin)
			return true;
	return false;
}

/* ---- the whole ---------------------------------------------------------- */

static void print_count(int n, const char *what, const char *after)
{
	if (n)
		printf("%d %s%s%s", n, what, n == 1 ? "" : "s", after);
	else
		printf("no %ss%s", what, after);
}

static void print_verdict(int mistakes, unsigned int warnings, bool enabled)
{
	print_count(mistakes, "mistake", ", ");
	print_count((int)warnings, "warning", "");
	if (mistakes)
		puts(": tracing stays off until the mistakes are corrected");
	else
		puts(enabled ? "" : ": tracing is switched off by Enabled=no");
}

/* Returns whether it failed. */
static bool send_span(const struct config *config, int mistakes)
{
	putchar('\n');
	if (!config || mistakes) {
		puts("nothing was sent: the configuration has mistakes");
		return true;
	}
	return check_send(config) != 0 || fflush(stdout);
}

static void warn_of_sources(const struct config *config,
			    struct findings *findings)
{
	if (has_value_from(config, CONFIG_ENVIRONMENT))
		note_warning("OTEL_* variables are those of this shell; the "
			     "daemons have their own",
			     findings);
	if (has_value_from(config, CONFIG_ARGUMENT))
		note_warning("arguments of plugstack.conf count for "
			     "spank_otel.so and the agent of slurmd; slurmctld "
			     "does not see them: --config FILE shows its view",
			     findings);
}

/* Optional, as for the daemons; but one that is there must be read. */
static void print_source(struct config_source *source)
{
	const char *path = source->file;
	struct stat st;

	source->file_optional =
		source->file_optional && stat(path, &st) < 0 && errno == ENOENT;
	printf("configuration: %s%s%s\n\n", path,
	       source->file_optional ? " (does not exist: defaults)" : "",
	       source->n_args ? ", and plugstack.conf over it" : "");
}

static int check(struct config_source *source, bool send)
{
	struct findings findings = { NULL, 0 };
	_cleanup_free_ char *text = NULL;
	struct config *config = NULL;
	size_t len = 0;
	int mistakes, misfits, failed;

	findings.out = open_memstream(&text, &len);
	if (!findings.out)
		return 1;
	source->use_environment = true;
	print_source(source);
	mistakes = config_check(source, &config, note_mistake, &findings);
	if (config) {
		print_values(config);
		warn_of_sources(config, &findings);
		check_files(config, note_warning, &findings);
		check_slurm(config, note_warning, &findings);
	}
	misfits = check_plugins(note_mistake, &findings);
	fclose(findings.out);
	printf("\n%s%s", text ? text : "", len ? "\n" : "");
	print_verdict(mistakes + misfits, findings.warnings,
		      config && config->enabled);
	failed = fflush(stdout) || mistakes || misfits;
	if (send)
		failed |= send_span(config, mistakes);
	config_destroy(config);
	return failed;
}

int check_main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "send", no_argument, NULL, 's' },
		{ "plugin", required_argument, NULL, 'p' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct command_source from;
	const char *given = NULL, *plugin = NULL;
	bool send = false;
	int option, status;
	struct err err;

	optind = 0; /* main may have looked at its own options */
	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			given = optarg;
			break;
		case 's':
			send = true;
			break;
		case 'p':
			plugin = optarg;
			break;
		case 'h':
			fputs(help, stdout);
			return fflush(stdout) ? 1 : 0;
		default:
			fputs("try: slurm-otel check --help\n", stderr);
			return 2;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "slurm-otel check: unexpected argument %s\n",
			argv[optind]);
		return 2;
	}
	if (plugin)
		return check_plugin_file(plugin);
	if (command_source_fill(given, &from, &err) < 0) {
		fprintf(stderr, "slurm-otel check: %s\n", err.msg);
		return 1;
	}
	status = check(&from.source, send);
	command_source_clear(&from);
	return status;
}
