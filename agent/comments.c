/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets comments of jobs; see comments.h. */
#include "config.h"

#include "comments.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "comment_list.h"
#include "helper.h"
#include "log.h"
#include "retry.h"
#include "util/hex.h"

#define ARGS_MAX 12

static const struct retry_policy policy = { .initial_ms = 2000,
					    .max_ms = 60000 };

/* The field's name as the helper and otel.conf know it. */
static const char *const fields[] = {
	[JOB_COMMENT_NONE] = NULL,
	[JOB_COMMENT_ADMIN] = "AdminComment",
	[JOB_COMMENT_SYSTEM] = "SystemComment",
	[JOB_COMMENT_USER] = "Comment",
	[JOB_COMMENT_EXTRA] = "Extra",
};

struct comments {
	const char *program;
	const struct config *config;
	struct comment_list list;
	struct helper helper;
	uint32_t running; /* the job the helper works for */
	uint64_t failed;
	struct log_cause adding, setting;
};

struct comments *comments_create(const char *helper, struct err *err)
{
	struct comments *comments = calloc(1, sizeof(*comments));

	if (!comments) {
		errno = ENOMEM;
		err_set(err, "no memory");
		return NULL;
	}
	comments->program = helper;
	return comments;
}

void comments_destroy(struct comments *comments)
{
	int saved = errno;

	if (!comments)
		return;
	helper_stop(&comments->helper);
	comment_list_clear(&comments->list);
	free(comments);
	errno = saved;
}

void comments_aim(struct comments *comments, const struct config *config)
{
	comments->config = config;
}

bool comments_idle(const struct comments *comments)
{
	return !comments->list.n && !comments->helper.pid;
}

uint64_t comments_failed(const struct comments *comments)
{
	return comments->failed;
}

void comments_take(struct comments *comments, const struct spool_record *record,
		   uint64_t now)
{
	if (!fields[comments->config->job_comment])
		return;
	if (comment_list_add(&comments->list, record, now)) {
		log_cause_over(&comments->adding, "comments are taken again");
		return;
	}
	comments->failed++;
	log_cause_say(&comments->adding, LOG_LEVEL_WARNING,
		      "job %" PRIu32
		      ": its comment will not show the trace id before its "
		      "end: the request is malformed, or %d others wait",
		      record->job_id, COMMENTS_MAX);
}

/* ---- setting them ----------------------------------------------------------
 */

static int start(struct comments *comments, const struct comment *comment,
		 uint64_t now, struct err *err)
{
	const struct config *config = comments->config;
	const char *argv[ARGS_MAX] = {
		comments->program, "--job", NULL,      "--context", NULL,
		"--cluster",       NULL,    "--field", NULL
	};
	char job[16];

	snprintf(job, sizeof(job), "%" PRIu32, comment->job_id);
	argv[2] = job;
	argv[4] = comment->context;
	argv[6] = comment->cluster;
	argv[8] = fields[config->job_comment];
	if (config->trace_url) {
		argv[9] = "--url";
		argv[10] = config->trace_url;
	}
	return helper_start(&comments->helper, argv, now, err);
}

static struct comment *find(const struct comments *comments, uint32_t job_id)
{
	struct comment *comment = comments->list.first;

	while (comment && comment->job_id != job_id)
		comment = comment->next;
	return comment;
}

/* "00-<trace id>-<parent id>-<flags>", as the plugin wrote it. */
static struct log_span trace_of(const struct comment *comment)
{
	struct log_span span = { 0 };

	if (strlen(comment->context) > 3 + TRACE_ID_HEX)
		hex_decode(comment->context + 3, TRACE_ID_SIZE,
			   span.trace_id.b);
	return span;
}

static void give_up(struct comments *comments, struct comment *comment,
		    const char *why)
{
	const struct log_span span = trace_of(comment);

	comments->failed++;
	log_cause_say_about(&comments->setting, &span, LOG_LEVEL_WARNING,
			    "job %" PRIu32
			    ": its comment was not set: %s; it will "
			    "not show the trace id before its end",
			    comment->job_id, why);
	comment_list_remove(&comments->list, comment);
}

static void try_later(struct comments *comments, struct comment *comment,
		      const char *why, uint64_t now, bool once)
{
	const struct log_span span = trace_of(comment);
	uint64_t delay;

	comment->failures++;
	if (once || now - comment->since > COMMENT_PATIENCE_MS) {
		give_up(comments, comment, why);
		return;
	}
	delay = retry_delay(&policy, comment->failures, -1, retry_random());
	comment->not_before = now + delay;
	log_say_about(&span, LOG_LEVEL_DEBUG,
		      "job %" PRIu32 ": its comment comes later: %s",
		      comment->job_id, why);
}

static void settle(struct comments *comments, enum helper_end end,
		   const char *said, uint64_t now, bool once)
{
	struct comment *comment = find(comments, comments->running);
	const char *why = *said ? said : "the helper did not say why";

	if (!comment)
		return;
	switch (end) {
	case HELPER_DONE:
		comment_list_remove(&comments->list, comment);
		log_cause_over(&comments->setting, "comments are set again");
		break;
	case HELPER_LATER:
		try_later(comments, comment, why, now, once);
		break;
	case HELPER_FAILED:
		give_up(comments, comment, why);
		break;
	}
}

/* Starts the helper for the next comment.  Returns when to look again. */
static uint64_t start_next(struct comments *comments, uint64_t now, bool once)
{
	uint64_t next = TIME_NEVER;
	struct comment *comment = comment_list_due(&comments->list, now, &next);
	struct err err;

	if (!comment)
		return next;
	if (start(comments, comment, now, &err) < 0) {
		try_later(comments, comment, err.msg, now, once);
		return now;
	}
	comments->running = comment->job_id;
	return comments->helper.kill_at;
}

uint64_t comments_step(struct comments *comments, uint64_t now, bool once)
{
	enum helper_end end;
	struct err said;

	if (comments->helper.pid) {
		if (!helper_ended(&comments->helper, now, &end, &said))
			return comments->helper.kill_at;
		settle(comments, end, said.msg, now, once);
	}
	return start_next(comments, now, once);
}
