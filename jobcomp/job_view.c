/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fills the plugin's view of a job from slurmctld's record; see job_view.h. */
#include "jobcomp/job_view_slurm.h"

#include "jobcomp/job_carried.h"
#include "jobcomp/job_view.h"
#include "trace/job_context.h"

#define COMPONENTS_MAX 128 /* of a heterogeneous job, as in Slurm */

/* A job that ran and is not COMPLETING after a preemption or a failed node is
 * about to be requeued: slurmctld has no flag that says so. */
static bool is_taken_back(const struct job_record *job, uint32_t base)
{
	return (base == JOB_PREEMPTED || base == JOB_NODE_FAIL) &&
	       !IS_JOB_COMPLETING(job) && job->node_cnt && job->batch_flag &&
	       job->details && job->details->requeue;
}

static enum job_end end_of(const struct job_record *job)
{
	uint32_t base = job->job_state & JOB_STATE_BASE;

	if (IS_JOB_RESIZING(job) || IS_JOB_REVOKED(job))
		return JOB_NOT_ENDED;
	if (job->job_state & (JOB_REQUEUE | JOB_SPECIAL_EXIT) ||
	    is_taken_back(job, base))
		return JOB_REQUEUED;
	/* a component's, when the start of another one fails: the scheduler
	 * takes its nodes away, and it is the same attempt that waits */
	if (base == JOB_PENDING && IS_JOB_COMPLETING(job))
		return JOB_START_UNDONE;
	return base > JOB_SUSPENDED ? JOB_ENDED : JOB_NOT_ENDED;
}

/* The flags matter to Slurm's own name of a state; what ended is the base. */
static const char *state_of(const struct job_record *job)
{
	if (job->job_state & JOB_REQUEUE)
		return "REQUEUED";
	return job_state_string(job->job_state & JOB_STATE_BASE);
}

/* The batch and the extern step are in no derived exit code. */
static int is_left(void *of, void *arg)
{
	const step_record_t *step = of;
	bool *left = arg;

	if (step->step_id.step_id != SLURM_BATCH_SCRIPT &&
	    step->step_id.step_id != SLURM_EXTERN_CONT &&
	    step->step_id.step_id != SLURM_PENDING_STEP &&
	    !(step->state & JOB_COMPLETING))
		*left = true;
	return 0;
}

static bool has_steps_left(const struct job_record *job)
{
	bool left = false;

	if (job->step_list)
		list_for_each(job->step_list, is_left, &left);
	return left;
}

static bool went_badly(const struct job_record *job)
{
	const uint32_t base = job->job_state & JOB_STATE_BASE;

	return job->exit_code || job->derived_ec || has_steps_left(job) ||
	       (base > JOB_SUSPENDED && base != JOB_COMPLETE);
}

/* Components have ids in a row.  Slurm's list of them may be locked by who ends
 * them one after the other. */
static bool others_went_badly(const struct job_record *job)
{
	for (uint32_t i = 0; job->het_job_id && i < COMPONENTS_MAX; i++) {
		const struct job_record *other =
			find_job_record(job->het_job_id + i);

		if (!other || other->het_job_id != job->het_job_id)
			return false;
		if (other != job && went_badly(other))
			return true;
	}
	return false;
}

/* The first component of a heterogeneous job gives all of them their trace. */
static const char *leader_context(const struct job_record *job)
{
	const struct job_record *leader = NULL;

	if (job->het_job_id && job->het_job_id != job->job_id)
		leader = find_job_record(job->het_job_id);
	return leader ? job_carried(leader, JOB_CONTEXT_VAR) : NULL;
}

static char **comment_field(struct job_record *job, enum job_comment field)
{
	switch (field) {
	case JOB_COMMENT_ADMIN:
		return &job->admin_comment;
	case JOB_COMMENT_SYSTEM:
		return &job->system_comment;
	case JOB_COMMENT_USER:
		return &job->comment;
	case JOB_COMMENT_EXTRA:
		return JOB_RECORD_EXTRA(job);
	case JOB_COMMENT_NONE:
		break;
	}
	return NULL;
}

static uint64_t time_limit_of(const struct job_record *job)
{
	uint32_t minutes = job->time_limit;

	if (minutes == NO_VAL && job->part_ptr)
		minutes = job->part_ptr->max_time;
	return minutes == NO_VAL || minutes == INFINITE
		       ? 0
		       : (uint64_t)minutes * 60;
}

/* What Slurm keeps of the wait, for its accounting: the last reason other than
 * priority or resources.  A job that never ran still has the present one. */
static const char *queue_reason_of(const struct job_record *job)
{
	uint32_t reason =
		job->nodes ? job->state_reason_prev_db : job->state_reason;

	return reason == WAIT_NO_REASON ? NULL : JOB_REASON_STRING(reason);
}

static void fill_names(const struct job_record *job, struct job_view *view)
{
	view->cluster = slurm_conf.cluster_name;
	view->name = job->name;
	view->user = job->user_name ? job->user_name
				    : uid_to_string_cached(job->user_id);
	view->account = job->account;
	view->qos = job->qos_ptr ? job->qos_ptr->name : NULL;
	view->reservation = job->resv_name;
	view->partition = job->part_ptr ? job->part_ptr->name : job->partition;
	view->wckey = job->wckey;
	view->nodelist = job->nodes;
	view->failed_node = JOB_RECORD_FAILED_NODE(job);
	view->tres_alloc = job->tres_fmt_alloc_str;
	view->gres = job->gres_used;
	view->state = state_of(job);
	view->reason = JOB_REASON_STRING(job->state_reason);
	view->queue_reason = queue_reason_of(job);
	view->context = job_carried(job, JOB_CONTEXT_VAR);
	view->tracestate = job_carried(job, JOB_TRACESTATE_VAR);
	view->baggage = job_carried(job, JOB_BAGGAGE_VAR);
	view->attributes = job_carried(job, JOB_ATTRIBUTES_VAR);
	view->leader_context = leader_context(job);
}

/*
 * suspend_time is when it was suspended or resumed, whichever was last.  To
 * Slurm a job that ends suspended has ended when that began; its processes and
 * its nodes were its own until now.  A requeue leaves that time out of
 * tot_sus_time, so it is what pre_sus_time, for which the job ran, leaves.
 */
static void fill_suspension(const struct job_record *job, struct job_view *view)
{
	const time_t last = job->suspend_time;
	const bool ran_on =
		job->tot_sus_time &&
		job->start_time + job->pre_sus_time + job->tot_sus_time == last;

	if (job->end_time != last || ran_on) {
		view->resumed = last;
		return;
	}
	view->suspended_since = last;
	view->end_time = time(NULL);
	view->suspended = view->end_time - job->start_time - job->pre_sus_time;
}

static void fill_times(const struct job_record *job, struct job_view *view)
{
	if (job->details) {
		view->submit = job->details->submit_time;
		view->eligible = job->details->begin_time;
		view->ntasks = job->details->num_tasks == NO_VAL
				       ? 0
				       : job->details->num_tasks;
	}
	view->start = job->start_time;
	view->end_time = job->end_time;
	view->suspended = job->tot_sus_time;
	view->time_limit = time_limit_of(job);
	if (job->start_time && job->resize_time >= job->start_time)
		view->resized = job->resize_time;
	if (job->suspend_time)
		fill_suspension(job, view);
}

void job_view_fill(struct job_record *job, enum job_comment field,
		   struct job_view *ret)
{
	char **comment = comment_field(job, field);
	struct job_view view = {
		.end = end_of(job),
		.job_id = job->job_id,
		.is_array_task = job->array_task_id != NO_VAL,
		.array_job_id = job->array_job_id,
		.array_task_id = job->array_task_id,
		.het_job_id = job->het_job_id,
		.het_offset = job->het_job_offset,
		.restart = job->restart_cnt,
		.told = job_is_told(job),
		.wait_told = job_is_wait_told(job),
		.uid = job->user_id,
		.exit_code = (int)job->exit_code,
		.derived_exit_code = (int)job->derived_ec,
		.steps_left = has_steps_left(job),
		.others_went_badly = others_went_badly(job),
		.nnodes = job->nodes ? job->total_nodes : 0,
		.cpus = job->nodes ? job->total_cpus : 0,
		.priority = job->priority,
		.comment = comment ? *comment : NULL,
	};

	sluid_format(JOB_RECORD_SLUID(job), view.sluid);
	fill_names(job, &view);
	fill_times(job, &view);
	*ret = view;
}

bool job_view_set_comment(struct job_record *job, enum job_comment field,
			  const char *text)
{
	char **comment = comment_field(job, field);

	if (!comment)
		return false;
	xfree(*comment);
	*comment = xstrdup(text);
	return true;
}
