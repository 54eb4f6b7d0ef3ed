/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the command line of `slurm-otel detail`; see detail_options.h. */
#include "cli/detail_options.h"

#include <errno.h>
#include <getopt.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/usage.h"

#define FOR_MAX (UINT64_C(30) * 24 * 3600) /* seconds */

static const char usage[] =
	"Usage: slurm-otel detail [OPTION]...\n"
	"       slurm-otel detail on --for TIME [CONDITION]... [OPTION]...\n"
	"       slurm-otel detail off [OPTION]...\n"
	"Say how much the traces of this node tell; raise it for a while, or no "
	"longer.\n"
	"Steps that run are covered: what counts is their end.\n"
	"\n"
	"  --for TIME        how long: 30s, 10m, 2h; 720h at most\n"
	"  --level LEVEL     node, or task (the default)\n"
	"\n"
	"Conditions, all of which must hold:\n"
	"  --job ID          only for this job, or the tasks of this array\n"
	"  --partition NAME  only for jobs in this partition\n"
	"  --user USER       only for jobs of this user\n"
	"\n"
	"  --config FILE     read FILE alone, instead of the otel.conf beside "
	"slurm.conf\n"
	"                    and the arguments in plugstack.conf\n"
	"  --spool DIR       only for the slurmd with this spool, instead of all "
	"in SpoolDir\n"
	"  -h, --help        print this and exit\n"
	"\n"
	"Exit status: 0 done, 1 not everywhere, 2 wrong usage.\n";

static const struct command command = { "detail", usage };

static int parse_for(const char *text, struct detail_options *ret)
{
	static const struct {
		const char *unit;
		uint64_t seconds;
	} units[] = { { "s", 1 }, { "m", 60 }, { "h", 3600 } };
	size_t digits = strspn(text, "0123456789");
	uint64_t value = 0;

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (digits && digits < 10 &&
		    !strcmp(text + digits, units[i].unit))
			value = strtoull(text, NULL, 10) * units[i].seconds;
	if (!value || value > FOR_MAX)
		return usage_error(&command,
				   "--for takes a whole number and s, m or h, "
				   "from 1s to 720h, not ",
				   text);
	ret->for_s = value;
	return -1;
}

static int parse_level(const char *text, struct detail_options *ret)
{
	if (!strcmp(text, "node"))
		ret->file.level = DETAIL_NODE;
	else if (!strcmp(text, "task"))
		ret->file.level = DETAIL_TASK;
	else
		return usage_error(&command, "--level takes node or task, not ",
				   text);
	return -1;
}

static bool parse_id(const char *text, uint32_t *ret)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long long value;

	if (!digits || digits > 10 || text[digits])
		return false;
	value = strtoull(text, NULL, 10);
	if (value >= UINT32_MAX)
		return false;
	*ret = (uint32_t)value;
	return true;
}

static int parse_job(const char *text, struct detail_options *ret)
{
	ret->file.has_job = true;
	if (!parse_id(text, &ret->file.job_id) || !ret->file.job_id)
		return usage_error(&command,
				   "--job takes the number of a job or of an "
				   "array, not ",
				   text);
	return -1;
}

static int parse_user(const char *text, struct detail_options *ret)
{
	const struct passwd *user = getpwnam(text);

	ret->file.has_uid = true;
	if (user)
		ret->file.uid = user->pw_uid;
	else if (!parse_id(text, &ret->file.uid))
		return usage_error(&command, "there is no user ", text);
	return -1;
}

static int parse_partition(const char *text, struct detail_options *ret)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < ' ')
			len = 0;
	if (!len || len > DETAIL_PARTITION_MAX)
		return usage_error(&command, "--partition takes a name, not ",
				   text);
	strcpy(ret->file.partition, text);
	return -1;
}

static int parse_config(const char *text, struct detail_options *ret)
{
	ret->config = text;
	return -1;
}

static int parse_spool(const char *text, struct detail_options *ret)
{
	ret->spool = text;
	return -1;
}

/* Options with a value: who reads it, and whether only `on` takes it. */
static const struct {
	const char *name;
	int (*parse)(const char *text, struct detail_options *ret);
	bool is_for_on;
} options[] = {
	{ "for", parse_for, true },      { "level", parse_level, true },
	{ "job", parse_job, true },      { "partition", parse_partition, true },
	{ "user", parse_user, true },    { "config", parse_config, false },
	{ "spool", parse_spool, false },
};

#define N_OPTIONS (sizeof(options) / sizeof(options[0]))
#define FIRST_OPTION 256 /* getopt's value of options[0] */

static int parse_action(const char *word, struct detail_options *ret)
{
	if (!strcmp(word, "on"))
		ret->action = DETAIL_ON;
	else if (!strcmp(word, "off"))
		ret->action = DETAIL_OFF;
	else
		return usage_error(&command, "unexpected argument ", word);
	return -1;
}

static int check(const struct detail_options *ret, const char *only_on)
{
	if (ret->action == DETAIL_ON && !ret->for_s)
		return usage_error(&command, "on needs --for", "");
	if (ret->action != DETAIL_ON && only_on)
		return usage_error(&command, "only on takes --", only_on);
	return -1;
}

static void fill_table(struct option *table)
{
	for (size_t i = 0; i < N_OPTIONS; i++)
		table[i] = (struct option){ options[i].name, required_argument,
					    NULL, FIRST_OPTION + (int)i };
	table[N_OPTIONS] = (struct option){ "help", no_argument, NULL, 'h' };
}

int detail_options_parse(int argc, char **argv, struct detail_options *ret)
{
	struct option table[N_OPTIONS + 2] = { 0 };
	const char *only_on = NULL;
	int option, status = -1;

	*ret = (struct detail_options){ .file.level = DETAIL_TASK };
	fill_table(table);
	optind = 0; /* main may have looked at its own options */
	opterr = 0;
	while (status < 0 &&
	       (option = getopt_long(argc, argv, ":h", table, NULL)) != -1) {
		if (option < FIRST_OPTION)
			return usage_answer(&command, option, argv);
		status = options[option - FIRST_OPTION].parse(optarg, ret);
		if (options[option - FIRST_OPTION].is_for_on)
			only_on = options[option - FIRST_OPTION].name;
	}
	if (status < 0 && optind < argc)
		status = parse_action(argv[optind++], ret);
	if (status < 0)
		status = usage_surplus(&command, argc, argv);
	return status < 0 ? check(ret, only_on) : status;
}
