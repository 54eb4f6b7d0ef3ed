/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fills attributes from a job's view; see job_attrs.h. */
#include "jobcomp/job_attrs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jobcomp/job_exit.h"
#include "jobcomp/job_usage.h"
#include "span/attrs.h"
#include "span/exit_status.h"
#include "span/user_attrs_set.h"

static void set_text(struct span *span, const char *key, const char *value)
{
	if (value && *value)
		span_set_str(span, key, value);
}

static void set_number_text(struct span *span, const char *key, uint32_t value)
{
	char text[16];

	snprintf(text, sizeof(text), "%" PRIu32, value);
	span_set_str(span, key, text);
}

void job_attrs_identity(struct span *span, const struct job_view *view)
{
	char id[32];

	set_number_text(span, ATTR_JOB_ID, view->job_id);
	set_number_text(span, ATTR_JOB_ID_RAW, view->job_id);
	span_set_int(span, ATTR_RESTART_COUNT, view->restart);
	set_text(span, ATTR_SLUID, view->sluid);
	if (view->het_job_id) {
		set_number_text(span, ATTR_HET_JOB_ID, view->het_job_id);
		span_set_int(span, ATTR_HET_OFFSET, view->het_offset);
	}
	/* the tasks that were cancelled before they began are one record */
	if (view->array_job_id)
		set_number_text(span, ATTR_ARRAY_JOB_ID, view->array_job_id);
	if (!view->is_array_task)
		return;
	snprintf(id, sizeof(id), "%" PRIu32 "_%" PRIu32, view->array_job_id,
		 view->array_task_id);
	span_set_str(span, ATTR_JOB_ID, id);
	set_number_text(span, ATTR_ARRAY_TASK_ID, view->array_task_id);
}

static void set_time(struct span *span, const char *key, time_t when)
{
	char text[32];
	struct tm tm;

	if (when > 0 && gmtime_r(&when, &tm) &&
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm))
		span_set_str(span, key, text);
}

void job_attrs_queue(struct span *span, const struct job_view *view)
{
	set_text(span, ATTR_PARTITION, view->partition);
	set_text(span, ATTR_REASON, view->queue_reason);
	set_time(span, ATTR_JOB_SUBMIT_TIME, view->submit);
	set_time(span, ATTR_JOB_ELIGIBLE_TIME, view->eligible);
}

static void set_outcome(struct span *span, const struct job_view *view)
{
	struct exit_status status;
	const bool is_real = job_exit_describe(view, &status);

	set_text(span, ATTR_STATE, view->state);
	set_text(span, ATTR_REASON, view->reason);
	set_text(span, ATTR_JOB_FAILED_NODE, view->failed_node);
	span_set_str(span, ATTR_EXIT_CODE, status.code);
	if (!is_real)
		return;
	span_set_int(span, ATTR_JOB_EXIT_STATUS, status.exit_status);
	if (status.signal)
		span_set_int(span, ATTR_JOB_EXIT_SIGNAL, status.signal);
}

void job_attrs_root(struct span *span, const struct config *config,
		    const struct job_view *view)
{
	set_text(span, ATTR_JOB_NAME, view->name);
	set_text(span, ATTR_JOB_USER, view->user);
	set_text(span, ATTR_USER_NAME, view->user);
	set_number_text(span, ATTR_USER_ID, view->uid);
	set_text(span, ATTR_JOB_ACCOUNT, view->account);
	set_text(span, ATTR_JOB_QOS, view->qos);
	set_text(span, ATTR_JOB_RESERVATION, view->reservation);
	set_text(span, ATTR_PARTITION, view->partition);
	set_text(span, ATTR_JOB_WCKEY, view->wckey);
	if (view->time_limit)
		span_set_int(span, ATTR_JOB_TIME_LIMIT,
			     (int64_t)view->time_limit);
	span_set_int(span, ATTR_JOB_PRIORITY, view->priority);
	set_outcome(span, view);
	set_text(span, ATTR_NODELIST, view->nodelist);
	span_set_int(span, ATTR_NNODES, view->nnodes);
	if (view->ntasks)
		span_set_int(span, ATTR_NTASKS, view->ntasks);
	job_usage_add(span, config, view);
}

/* What is said of a failure beside its state: how the script ended, else
 * Slurm's reason; "" when there is none. */
static const char *why(const struct job_view *view, struct exit_status *status)
{
	if (job_exit_describe(view, status) && view->exit_code)
		return status->text;
	return view->reason && strcmp(view->reason, "None") ? view->reason : "";
}

void job_attrs_status(struct span *span, const struct job_view *view)
{
	static const char *const failures[] = { "FAILED",        "TIMEOUT",
						"OUT_OF_MEMORY", "NODE_FAIL",
						"BOOT_FAIL",     "DEADLINE" };
	struct exit_status status;
	char message[128];
	const char *text;

	text = why(view, &status);
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		if (!view->state || strcmp(view->state, failures[i]))
			continue;
		snprintf(message, sizeof(message), "job %s%s%s", view->state,
			 *text ? ": " : "", text);
		span_set_status(span, SPAN_STATUS_ERROR, message);
		span_set_str(span, ATTR_ERROR_TYPE, view->state);
	}
}

void job_attrs_user(struct span *span, const struct job_view *view)
{
	struct user_attrs attrs;

	if (user_attrs_parse(view->attributes, &attrs) == 0)
		span_set_user_attrs(span, &attrs);
}
