/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * slurm-otel-comment: shows the trace id in one job's comment, by one RPC to
 * read it and one to write it.  A program of its own, started by the agent,
 * because libslurm may end its process over a bad slurm.conf and brings
 * megabytes that the agent must not hold.
 *
 * Exit status: 0 done or nothing to do, 1 can not be done, 75 (EX_TEMPFAIL)
 * try again later, 64 (EX_USAGE).  One line on stderr says why.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "agent/comment/compat.h"
#include "span/comment.h"
#include "trace/job_context.h"
#include "util/cleanup.h"

struct options {
	uint32_t job_id;
	const char *context;
	const char *cluster;
	const char *field;
	const char *url;
};

/* The comment fields that slurm_update_job() can write: where they stand in
 * what is read and in what is written. */
static const struct field {
	const char *name;
	size_t info_offset, desc_offset;
} fields[] = {
/* clang-format off */
#define FIELD(text, member)                                                    \
	{ text, offsetof(slurm_job_info_t, member),                            \
	  offsetof(job_desc_msg_t, member) },
	FIELD("AdminComment", admin_comment)
	FIELD("Comment", comment)
	COMMENT_FIELD_SYSTEM(FIELD)
	COMMENT_FIELD_EXTRA(FIELD)
	/* clang-format on */
};

static const struct field *find_field(const char *name)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (!strcasecmp(fields[i].name, name))
			return &fields[i];
	return NULL;
}

static char **member(void *base, size_t offset)
{
	return (char **)((char *)base + offset);
}

static int parse_options(int argc, char **argv, struct options *ret)
{
	static const struct option known[] = {
		{ "job", required_argument, NULL, 'j' },
		{ "context", required_argument, NULL, 'c' },
		{ "cluster", required_argument, NULL, 'C' },
		{ "field", required_argument, NULL, 'f' },
		{ "url", required_argument, NULL, 'u' },
		{ NULL, 0, NULL, 0 },
	};
	struct options options = { .field = "AdminComment", .cluster = "" };
	int c;

	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (c == 'j')
			options.job_id = (uint32_t)strtoul(optarg, NULL, 10);
		else if (c == 'c')
			options.context = optarg;
		else if (c == 'C')
			options.cluster = optarg;
		else if (c == 'f')
			options.field = optarg;
		else if (c == 'u')
			options.url = optarg;
		else
			return -1;
	}
	if (!options.job_id || !options.context || optind != argc)
		return -1;
	*ret = options;
	return 0;
}

/* What slurmctld answers when it is not there, or busy, is worth a retry. */
static int failed(const char *what, const struct options *options, int error)
{
	fprintf(stderr, "job %" PRIu32 ": %s: %s\n", options->job_id, what,
		slurm_strerror(error));
	switch (error) {
	case ESLURM_INVALID_JOB_ID:
	case ESLURM_ACCESS_DENIED:
	case ESLURM_USER_ID_MISSING:
		return 1;
	default:
		return EX_TEMPFAIL;
	}
}

static int update(const struct options *options, const struct field *field,
		  char *comment)
{
	job_desc_msg_t desc;

	slurm_init_job_desc_msg(&desc);
	JOB_DESC_SET_JOB_ID(&desc, options->job_id);
	*member(&desc, field->desc_offset) = comment;
	if (slurm_update_job(&desc) == SLURM_SUCCESS)
		return 0;
	return failed("its comment was not set", options, SLURM_LAST_ERROR());
}

static int set_comment(const struct options *options, const struct field *field,
		       slurm_job_info_t *job)
{
	_cleanup_free_ char *comment = NULL;
	struct job_context context;

	if (job_context_parse(options->context, &context) < 0) {
		fprintf(stderr, "job %" PRIu32 ": its context is malformed\n",
			options->job_id);
		return 1;
	}
	if (job->array_task_id != NO_VAL)
		job_context_for_array_task(&context, options->cluster,
					   job->array_job_id, options->job_id);
	comment = comment_compose(*member(job, field->info_offset),
				  &context.trace_id, options->url);
	return comment ? update(options, field, comment) : 0;
}

static int run(const struct options *options, const struct field *field)
{
	job_info_msg_t *jobs = NULL;
	int rc = 1;

	if (load_job(&jobs, options->job_id) != SLURM_SUCCESS)
		return failed("it was not found", options, SLURM_LAST_ERROR());
	for (uint32_t i = 0; i < jobs->record_count; i++)
		if (jobs->job_array[i].job_id == options->job_id)
			rc = set_comment(options, field, &jobs->job_array[i]);
	slurm_free_job_info_msg(jobs);
	return rc;
}

int main(int argc, char **argv)
{
	const struct field *field;
	struct options options;

	if (parse_options(argc, argv, &options) < 0) {
		fprintf(stderr,
			"usage: %s --job ID --context TEXT [--cluster NAME] [--field NAME] [--url TEMPLATE]\n",
			argv[0]);
		return EX_USAGE;
	}
	field = find_field(options.field);
	if (!field) {
		fprintf(stderr,
			"job %" PRIu32
			": this Slurm can not set %s; choose another JobComment\n",
			options.job_id, options.field);
		return 1;
	}
	slurm_init(NULL);
	return run(&options, field);
}
