/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one reader of slurmctld's job record: that it recognises a structure
 * that is not the one it was built for, and survives one with nothing in it.
 * Built against Slurm's source tree, run with Slurm's own library.
 */
#include "jobcomp/job_view_slurm.h"

#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "jobcomp/job_view.h"

static job_record_t *record;
static job_record_t *known; /* what slurmctld would find */
static job_record_t leader;
static __typeof__(*((job_record_t *)0)->details) details;

/* slurmctld's own. */
job_record_t *find_job_record(uint32_t job_id)
{
	if (leader.job_id && leader.job_id == job_id)
		return &leader;
	return known && known->job_id == job_id ? known : NULL;
}

static void start(void)
{
	record = xmalloc(sizeof(*record)); /* as slurmctld does */
	record->magic = JOB_MAGIC;
	record->job_id = 42;
	record->array_task_id = NO_VAL;
	record->time_limit = NO_VAL;
	record->node_cnt = 1;
	known = record;
}

TestSuite(job_view, .init = start);

static struct job_view view(void)
{
	struct job_view ret;

	job_view_fill(record, JOB_COMMENT_ADMIN, &ret);
	return ret;
}

Test(job_view, another_layout_is_recognised)
{
	static job_record_t other;
	struct err err = { "" };
	char built[16];

	snprintf(built, sizeof(built), "%02d.%02d.%d",
		 SLURM_VERSION_NUMBER >> 16, SLURM_VERSION_NUMBER >> 8 & 255,
		 SLURM_VERSION_NUMBER & 255);
	cr_assert_eq(job_view_verify(record, &err), 0, "%s", err.msg);
	record->magic++;
	cr_assert_eq(job_view_verify(record, &err), -1);
	cr_assert(strstr(err.msg, "another Slurm"), "%s", err.msg);
	cr_assert(strstr(err.msg, built), "%s", err.msg);
	record->magic--;
	known = NULL;
	cr_assert_eq(job_view_verify(record, &err), -1);
	other.job_id = 42;
	known = &other;
	cr_assert_eq(job_view_verify(record, &err), -1);
}

/* Members came or went, wherever they stand. */
Test(job_view, another_size_is_recognised)
{
	struct err err = { "" };

	for (int grown = -8; grown <= 8; grown += 16) {
		job_record_t *other = xmalloc(sizeof(*other) + grown);

		other->magic = JOB_MAGIC;
		other->job_id = 42;
		known = other;
		cr_assert_eq(job_view_verify(other, &err), -1);
		cr_assert(strstr(err.msg, "size"), "%s", err.msg);
		xfree(other);
	}
}

Test(job_view, empty_record_is_survived)
{
	struct job_view got = view();

	cr_assert_eq(got.job_id, 42);
	cr_assert_not(got.is_array_task);
	cr_assert_null(got.name);
	cr_assert_null(got.context);
	cr_assert_null(got.comment);
	cr_assert_eq(got.time_limit, 0);
	cr_assert_eq(got.submit, 0);
	cr_assert_eq(got.end, JOB_NOT_ENDED);
}

Test(job_view, only_an_end_is_an_end)
{
	static const struct {
		uint32_t state;
		enum job_end end;
		const char *name;
	} cases[] = {
		{ JOB_RUNNING, JOB_NOT_ENDED, NULL },
		{ JOB_RUNNING | JOB_RESIZING, JOB_NOT_ENDED, NULL },
		{ JOB_COMPLETE, JOB_ENDED, "COMPLETED" },
		{ JOB_COMPLETE | JOB_COMPLETING, JOB_ENDED, "COMPLETED" },
		{ JOB_CANCELLED | JOB_COMPLETING, JOB_ENDED, "CANCELLED" },
		/* of a federation: cancelled here to run elsewhere */
		{ JOB_CANCELLED | JOB_REVOKED, JOB_NOT_ENDED, NULL },
		{ JOB_FAILED, JOB_ENDED, "FAILED" },
		{ JOB_NODE_FAIL, JOB_ENDED, "NODE_FAIL" },
		{ JOB_PREEMPTED, JOB_ENDED, "PREEMPTED" },
		{ JOB_TIMEOUT | JOB_COMPLETING, JOB_ENDED, "TIMEOUT" },
		{ JOB_DEADLINE, JOB_ENDED, "DEADLINE" },
		{ JOB_OOM | JOB_COMPLETING, JOB_ENDED, "OUT_OF_MEMORY" },
		{ JOB_BOOT_FAIL, JOB_ENDED, "BOOT_FAIL" },
		{ JOB_SUSPENDED, JOB_NOT_ENDED, NULL },
		{ JOB_PENDING | JOB_REVOKED, JOB_NOT_ENDED, NULL },
		{ JOB_REQUEUE | JOB_SPECIAL_EXIT, JOB_REQUEUED, "REQUEUED" },
		{ JOB_CANCELLED | JOB_REQUEUE, JOB_REQUEUED, "REQUEUED" },
		{ JOB_PREEMPTED | JOB_COMPLETING, JOB_ENDED, "PREEMPTED" },
		{ JOB_PENDING | JOB_REQUEUE, JOB_REQUEUED, "REQUEUED" },
		{ JOB_PENDING | JOB_COMPLETING, JOB_START_UNDONE, "PENDING" },
		{ JOB_PENDING | JOB_COMPLETING | JOB_REQUEUE, JOB_REQUEUED,
		  "REQUEUED" },
		{ JOB_FAILED | JOB_COMPLETING | JOB_SPECIAL_EXIT, JOB_REQUEUED,
		  "FAILED" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct job_view got;

		record->job_state = cases[i].state;
		got = view();
		cr_assert_eq(got.end, cases[i].end, "%zu", i);
		if (cases[i].name)
			cr_assert_str_eq(got.state, cases[i].name);
	}
}

Test(job_view, finds_the_carried_context_with_and_without_prefix)
{
	static char *bare[] = { "OTHER=1", "OTEL_CONTEXT=a", "OTEL_BAGGAGE=b",
				"OTEL_ATTRIBUTES=k=v" };
	static char *prefixed[] = { NULL, "SPANK_OTEL_CONTEXT=c",
				    "OTEL_CONTEXTX=d" };

	record->spank_job_env = bare;
	record->spank_job_env_size = 4;
	cr_assert_str_eq(view().context, "a");
	cr_assert_str_eq(view().attributes, "k=v");
	cr_assert_str_eq(view().baggage, "b");
	cr_assert_null(view().tracestate);
	record->spank_job_env = prefixed;
	record->spank_job_env_size = 3;
	cr_assert_str_eq(view().context, "c");
}

Test(job_view, sets_the_comment_it_shows)
{
	cr_assert(job_view_set_comment(record, JOB_COMMENT_ADMIN, "one"));
	cr_assert_str_eq(view().comment, "one");
	cr_assert(job_view_set_comment(record, JOB_COMMENT_ADMIN, "two"));
	cr_assert_str_eq(record->admin_comment, "two");
	cr_assert_not(job_view_set_comment(record, JOB_COMMENT_NONE, "x"));
	xfree(record->admin_comment);
}

Test(job_view, tells_epilogs_over_whatever_is_there)
{
	record->spank_job_env = xcalloc(3, sizeof(char *));
	record->spank_job_env[0] = xstrdup("OTEL_VERDICT=user");
	record->spank_job_env[1] = xstrdup("OTEL_VERDICTS=other");
	record->spank_job_env[2] = xstrdup("SPANK_OTEL_VERDICT=again");
	record->spank_job_env_size = 3;
	job_view_tell_epilogs(record, "OTEL_VERDICT", "0:keep");
	cr_assert_eq(record->spank_job_env_size, 2);
	cr_assert_str_eq(record->spank_job_env[0], "OTEL_VERDICTS=other");
	cr_assert_str_eq(record->spank_job_env[1], "OTEL_VERDICT=0:keep");
	job_view_tell_epilogs(record, "OTEL_SPANS", "00");
	cr_assert_eq(record->spank_job_env_size, 3);
	cr_assert_str_eq(record->spank_job_env[2], "OTEL_SPANS=00");
	job_view_tell_epilogs(record, "OTEL_VERDICT", NULL);
	cr_assert_eq(record->spank_job_env_size, 2);
	cr_assert_str_eq(record->spank_job_env[1], "OTEL_SPANS=00");
	cr_assert_null(record->spank_job_env[2]);
}

/* slurmctld reads it up to its NULL for EpilogSlurmctld, and dies without. */
Test(job_view, leaves_a_null_behind_what_it_tells)
{
	for (unsigned int i = 0; i < 3; i++) {
		job_view_tell_epilogs(
			record, (const char *[]){ "A", "B", "C" }[i], "x");
		cr_assert_eq(record->spank_job_env_size, i + 1);
		cr_assert_geq(xsize(record->spank_job_env),
			      (i + 2) * sizeof(char *));
		cr_assert_null(record->spank_job_env[i + 1]);
	}
}

Test(job_view, tells_epilogs_of_a_job_that_had_no_environment)
{
	job_view_tell_epilogs(record, "OTEL_VERDICT", "0:keep");
	cr_assert_eq(record->spank_job_env_size, 1);
	cr_assert_str_eq(record->spank_job_env[0], "OTEL_VERDICT=0:keep");
}

Test(job_view, knows_steps_whose_end_it_has_not_seen)
{
	static step_record_t batch, ended, running;

	batch.step_id.step_id = SLURM_BATCH_SCRIPT;
	ended.step_id.step_id = 0;
	ended.state = JOB_RUNNING | JOB_COMPLETING;
	running.step_id.step_id = 1;
	running.state = JOB_RUNNING;
	cr_assert_not(view().steps_left);
	record->step_list = list_create(NULL);
	list_append(record->step_list, &batch);
	list_append(record->step_list, &ended);
	cr_assert_not(view().steps_left);
	list_append(record->step_list, &running);
	cr_assert(view().steps_left);
}

/* slurmctld has no flag for it: a batch job that has nodes and may be requeued,
 * and is not COMPLETING. */
Test(job_view, preempted_or_on_a_failed_node_it_may_be_requeued)
{
	record->batch_flag = 1;
	record->node_cnt = 2;
	details.requeue = 1;
	record->details = &details;
	record->job_state = JOB_NODE_FAIL;
	cr_assert_eq(view().end, JOB_REQUEUED);
	cr_assert_str_eq(view().state, "NODE_FAIL");
	record->job_state = JOB_PREEMPTED;
	cr_assert_eq(view().end, JOB_REQUEUED);
	record->job_state = JOB_PREEMPTED | JOB_COMPLETING;
	cr_assert_eq(view().end, JOB_ENDED);
	record->job_state = JOB_PREEMPTED;
	details.requeue = 0;
	cr_assert_eq(view().end, JOB_ENDED);
	details.requeue = 1;
	record->batch_flag = 0;
	cr_assert_eq(view().end, JOB_ENDED);
	record->job_state = JOB_FAILED;
	record->batch_flag = 1;
	cr_assert_eq(view().end, JOB_ENDED);
}

static void make_requeueable(void)
{
	record->batch_flag = 1;
	record->details = &details;
	details.requeue = 1;
}

Test(job_view, what_is_told_is_known_as_long_as_the_attempt)
{
	cr_assert_not(view().told);
	job_view_set_told(record);
	cr_assert_null(record->spank_job_env, "it will not be requeued");
	make_requeueable();
	job_view_set_told(record);
	cr_assert(view().told);
	record->restart_cnt = 1;
	cr_assert_not(view().told);
	job_view_set_told(record);
	job_view_set_told(record);
	cr_assert(view().told);
	cr_assert_eq(record->spank_job_env_size, 1);
	cr_assert_str_eq(record->spank_job_env[0], "OTEL_TOLD=1");
}

Test(job_view, note_of_what_is_told_leaves_the_rest_alone)
{
	record->spank_job_env = xcalloc(1, sizeof(char *));
	record->spank_job_env[0] = xstrdup("OTEL_CONTEXT=a");
	record->spank_job_env_size = 1;
	make_requeueable();
	job_view_set_told(record);
	cr_assert(view().told);
	cr_assert_str_eq(view().context, "a");
	cr_assert_eq(record->spank_job_env_size, 2);
}

Test(job_view, a_component_knows_of_another_that_went_badly)
{
	record->het_job_id = 41;
	leader = (job_record_t){ .job_id = 41, .het_job_id = 41 };
	leader.job_state = JOB_RUNNING;
	cr_assert_not(view().others_went_badly);
	leader.derived_ec = 256;
	cr_assert(view().others_went_badly);
	leader.derived_ec = 0;
	leader.job_state = JOB_CANCELLED | JOB_COMPLETING;
	cr_assert(view().others_went_badly);
	leader.job_state = JOB_COMPLETE | JOB_COMPLETING;
	cr_assert_not(view().others_went_badly);
	record->derived_ec = 256;
	cr_assert_not(view().others_went_badly, "its own is its own");
	leader.derived_ec = 256;
	record->het_job_id = 0;
	cr_assert_not(view().others_went_badly);
}

Test(job_view, a_component_has_the_context_of_its_leader)
{
	static char *env[] = { "OTEL_CONTEXT=leader" };

	cr_assert_null(view().leader_context);
	record->het_job_id = 42;
	cr_assert_null(view().leader_context);
	record->het_job_id = 41;
	cr_assert_null(view().leader_context, "it is gone");
	leader.job_id = 41;
	leader.spank_job_env = env;
	leader.spank_job_env_size = 1;
	cr_assert_str_eq(view().leader_context, "leader");
}

Test(job_view, a_job_that_was_resumed)
{
	record->job_state = JOB_COMPLETE;
	record->start_time = 1000;
	record->suspend_time = 1030; /* resumed, after 10 s of 30 s */
	record->pre_sus_time = 20;
	record->tot_sus_time = 10;
	record->end_time = 1040;
	cr_assert_eq(view().resumed, 1030);
	cr_assert_eq(view().suspended_since, 0);
	cr_assert_eq(view().suspended, 10);
	record->end_time = 1030; /* in the same second */
	cr_assert_eq(view().resumed, 1030);
	cr_assert_eq(view().end_time, 1030);
}

/* Slurm lets it end when the suspension began. */
Test(job_view, a_job_that_ended_suspended_ends_now)
{
	const time_t now = time(NULL);

	record->job_state = JOB_CANCELLED | JOB_COMPLETING;
	record->start_time = now - 100;
	record->end_time = record->suspend_time = now - 60;
	record->pre_sus_time = 40;
	record->tot_sus_time = 60;
	cr_assert_eq(view().suspended_since, now - 60);
	cr_assert_eq(view().resumed, 0);
	cr_assert_geq(view().end_time, now);
	cr_assert_eq(view().suspended, 60);
	/* a requeue leaves this suspension out of tot_sus_time */
	record->job_state = JOB_REQUEUE;
	record->tot_sus_time = 0;
	cr_assert_geq(view().suspended, 60);
}

Test(job_view, only_a_resize_of_this_attempt_counts)
{
	record->job_state = JOB_COMPLETE;
	record->start_time = 1000;
	record->resize_time = 1010;
	cr_assert_eq(view().resized, 1010);
	record->resize_time = 900;
	cr_assert_eq(view().resized, 0);
}

/* Slurm makes one call for the record of all tasks that have not begun. */
Test(job_view, a_cancelled_pending_array_is_one_job)
{
	struct job_view got;

	record->job_state = JOB_CANCELLED;
	record->array_job_id = 42;
	record->start_time = record->end_time = 1000;
	got = view();
	cr_assert_eq(got.end, JOB_ENDED);
	cr_assert_not(got.is_array_task);
	cr_assert_eq(got.nnodes, 0);
	cr_assert_null(got.nodelist);
}

/* Only where this Slurm tells of starts may such a note be ours. */
Test(job_view, what_the_start_did_is_noted_for_its_attempt)
{
	const struct start_note both = { true, true }, none = { false, false };
	const bool tells = JOBCOMP_TELLS_STARTS;

	record->nodes = "n1";
	cr_assert_not(view().wait_told);
	job_view_note_start(record, &none);
	cr_assert_eq(record->spank_job_env_size, 0);
	record->restart_cnt = 3;
	job_view_note_start(record, &both);
	cr_assert_str_eq(record->spank_job_env[0],
			 START_NOTE_VAR "=3:wait,comment");
	cr_assert_null(record->spank_job_env[1]);
	cr_assert_eq(view().wait_told, tells);
	record->nodes = NULL;
	cr_assert_not(view().wait_told, "it never started");
	record->nodes = "n1";
	record->restart_cnt = 4;
	cr_assert_not(view().wait_told);
	job_view_note_start(record, &(struct start_note){ false, true });
	cr_assert_eq(record->spank_job_env_size, 1);
	cr_assert_not(view().wait_told);
	job_view_note_start(record, &none);
	cr_assert_eq(record->spank_job_env_size, 0);
}

/* Whatever its user wrote there. */
Test(job_view, a_note_of_the_users_does_not_outlive_the_start)
{
	record->spank_job_env = xcalloc(1, sizeof(char *));
	record->spank_job_env[0] = xstrdup(START_NOTE_VAR "=0:wait,comment");
	record->spank_job_env_size = 1;
	job_view_note_start(record, &(struct start_note){ false, false });
	cr_assert_eq(record->spank_job_env_size, 0);
}
