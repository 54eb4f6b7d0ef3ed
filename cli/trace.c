/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds a job's trace id in its comment; see trace.h. */
#include "cli/trace.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/program.h"
#include "cli/load_config.h"
#include "cli/say.h"
#include "cli/select.h"
#include "config/config.h"
#include "span/comment.h"
#include "util/cleanup.h"

#define EXIT_USAGE 2
#define SAID_MAX 256

static const char usage[] =
	"Usage: slurm-otel trace [OPTION]... JOB\n"
	"Print the trace id of a job, and its URL where TraceURL is set.\n"
	"JOB is a job id: 42, of an array task: 42_7, of a component of a\n"
	"heterogeneous job: 42+1.  It is looked for in the comment that\n"
	"JobComment names, with scontrol and, for older jobs, with sacct.\n"
	"\n"
	"  --config FILE  this otel.conf alone; else the one beside slurm.conf\n"
	"                 and the arguments in plugstack.conf\n"
	"  -h, --help     print this and exit\n"
	"\n"
	"Exit status: 0 printed, 1 there is no trace id, 2 wrong usage.\n";

/* What scontrol and sacct call the field; NULL: none is set. */
static const char *field_name(enum job_comment field)
{
	switch (field) {
	case JOB_COMMENT_ADMIN:
		return "AdminComment";
	case JOB_COMMENT_SYSTEM:
		return "SystemComment";
	case JOB_COMMENT_USER:
		return "Comment";
	case JOB_COMMENT_EXTRA:
		return "Extra";
	case JOB_COMMENT_NONE:
		break;
	}
	return NULL;
}

/* What was found so far. */
struct search {
	const char *field;
	bool labelled; /* lines are "Field=value", as scontrol's */
	size_t found;  /* different ids, counted to 2 */
	struct trace_id id;
	bool is_array;
	char said[SAID_MAX]; /* the first line, for when the program failed */
};

static void note_id(struct search *search, const struct trace_id *id)
{
	if (search->found && trace_id_equal(&search->id, id))
		return;
	search->id = *id;
	search->found++;
}

/* A job's name or path may hold a newline and whatever a user writes after it;
 * what such a line claims then contradicts the true one, and none is shown. */
static void take_line(const char *line, void *arg)
{
	struct search *search = arg;
	const size_t len = strlen(search->field);
	struct trace_id id;

	if (!*search->said)
		snprintf(search->said, sizeof(search->said), "%s", line);
	line += strspn(line, " ");
	if (strstr(line, "ArrayJobId="))
		search->is_array = true;
	if (search->labelled) {
		if (strncmp(line, search->field, len) || line[len] != '=')
			return;
		line += len + 1;
	}
	if (comment_find(line, &id))
		note_id(search, &id);
}

/* Returns 1 when the program knows of an id, 0 when it does not, -1 with err.
 */
static int ask(const char *const *argv, const char *field, bool labelled,
	       struct search *ret, struct err *err)
{
	int status;

	*ret = (struct search){ .field = field, .labelled = labelled };
	status = program_read(argv, take_line, ret, err);
	if (status < 0)
		return -1;
	if (status > 0)
		return err_set(err, "%s: %s", argv[0],
			       *ret->said ? ret->said : "it failed");
	return ret->found > 0;
}

static int print(const struct search *search, const struct config *config)
{
	_cleanup_free_ char *text =
		comment_compose(NULL, &search->id, config->trace_url);
	char *id, *url;

	if (!text) {
		say("trace: out of memory");
		return EXIT_FAILURE;
	}
	id = text + strlen(COMMENT_KEY);
	url = strchr(id, ' ');
	if (url)
		*url++ = '\0';
	puts(id);
	if (url)
		puts(url);
	return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int say_several(const char *job, const struct search *search)
{
	if (search->is_array && !strchr(job, '_'))
		say("trace: job %s is an array, and each task has a trace of "
		    "its own: name one, such as %s_1",
		    job, job);
	else
		say("trace: job %s: its texts name several trace ids, so that "
		    "none can be relied on",
		    job);
	return EXIT_FAILURE;
}

static int say_unknown(const char *job, const char *field,
		       const struct err *scontrol, const struct err *sacct)
{
	say("trace: job %s: slurmctld does not tell of it (%s)", job,
	    scontrol->msg);
	if (*sacct->msg)
		say("trace: nor does Slurm's accounting (%s)", sacct->msg);
	else
		say("trace: Slurm's accounting has no trace id of it in %s",
		    field);
	return EXIT_FAILURE;
}

static int say_none(const char *job, const char *field)
{
	say("trace: job %s shows no trace id in its %s: it is not traced or "
	    "not sampled, or it waits and is shown one when it starts",
	    job, field);
	return EXIT_FAILURE;
}

static int find(const char *job, const struct config *config)
{
	const char *field = field_name(config->job_comment);
	const char *const scontrol[] = { "scontrol", "show", "job", job, NULL };
	const char *const sacct[] = { "sacct", "-X", "-n",  "-P", "-j",
				      job,     "-o", field, NULL };
	struct err no_scontrol, no_sacct = { "" };
	struct search search;
	int rc;

	if (!field) {
		say("trace: JobComment=none: jobs do not show their trace id");
		return EXIT_FAILURE;
	}
	rc = ask(scontrol, field, true, &search, &no_scontrol);
	if (rc == 0)
		return say_none(job, field);
	if (rc < 0 && ask(sacct, field, false, &search, &no_sacct) <= 0)
		return say_unknown(job, field, &no_scontrol, &no_sacct);
	if (search.found > 1)
		return say_several(job, &search);
	return print(&search, config);
}

static int load(const char *file, struct config **ret)
{
	struct command_source from;
	struct err err;
	int rc = command_source_fill(file, &from, &err);

	from.source.skip_unreadable = !file;
	if (!rc)
		rc = config_load(&from.source, ret, &err);
	if (rc < 0)
		say("trace: %s", err.msg);
	command_source_clear(&from);
	return rc;
}

static int usage_error(void)
{
	fputs("Try 'slurm-otel trace --help'.\n", stderr);
	return EXIT_USAGE;
}

int trace_main(int argc, char **argv)
{
	static const struct option table[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	const char *file = NULL;
	struct config *config;
	int c, status;

	while ((c = getopt_long(argc, argv, "h", table, NULL)) != -1) {
		if (c == 'h') {
			fputs(usage, stdout);
			return EXIT_SUCCESS;
		}
		if (c != 'c')
			return usage_error();
		file = optarg;
	}
	if (optind + 1 != argc || !job_id_valid(argv[optind])) {
		say("trace: name one job, like 42, 42_7 or 42+1");
		return usage_error();
	}
	if (load(file, &config) < 0)
		return EXIT_FAILURE;
	status = find(argv[optind], config);
	config_destroy(config);
	return status;
}
