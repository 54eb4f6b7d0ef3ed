/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes slurmctld's spans of jobs to the spool; see recorder.h. */
#include "jobcomp/recorder.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <slurm/slurm_errno.h>

#include "host/agent.h"
#include "host/daemon_spool.h"
#include "host/fate.h"
#include "host/span_writer.h"
#include "host/start_note.h"
#include "jobcomp/epilogs.h"
#include "jobcomp/job_spans.h"
#include "jobcomp/log.h"
#include "span/comment.h"
#include "util/cleanup.h"
#include "util/clock.h"

#define SPOOL_NAME "slurmctld"

/* Makes the spool and starts the agent.  It looks users up and forks, and at a
 * reconfigure slurmctld holds its locks: so only when there is a need. */
static void start(const struct config *config)
{
	char spool[PATH_MAX];
	struct err err;

	if (daemon_spool_make(config, SPOOL_NAME, job_view_cluster(), spool,
			      sizeof(spool), &err) < 0) {
		slurm_error(
			"otel: no spool, the spans of ended jobs are lost: %s",
			err.msg);
		return;
	}
	if (agent_start(spool, &err) < 0) {
		slurm_error("otel: spans wait in %s for an agent: %s", spool,
			    err.msg);
		return;
	}
	slurm_info("otel: tracing is on, spool %s", spool);
}

/* Nothing that start() depends on has changed, and its agent is there. */
static bool goes_on(const struct config *before, const struct config *now)
{
	_cleanup_close_ int spool = -1;

	if (!before || !before->enabled ||
	    strcmp(before->spool_dir, now->spool_dir) ||
	    strcmp(before->agent_user, now->agent_user))
		return false;
	spool = daemon_spool_open(now, SPOOL_NAME, NULL);
	return agent_serves(spool);
}

static void say_defaults(const char *config_file)
{
	if (access(config_file, R_OK) < 0)
		slurm_info(
			"otel: %s can not be read, every key has its default: %s",
			config_file, strerror(errno));
}

/* Says whether spans are made from now on, and sees to what that needs. */
static bool is_on(struct recorder *recorder, const struct settings *settings)
{
	const struct config *config = settings->config;

	if (!config || settings->has_mistakes)
		return false;
	if (!config->enabled) {
		slurm_info("otel: tracing is off: Enabled=no in %s",
			   settings->path);
	} else if (!goes_on(recorder->config, config)) {
		say_defaults(settings->path);
		start(config);
	}
	return true;
}

void recorder_configure(struct recorder *recorder, struct settings *settings)
{
	struct config *config = NULL;

	if (is_on(recorder, settings)) {
		config = settings->config;
		settings->config = NULL;
	}
	pthread_mutex_lock(&recorder->lock);
	config_destroy(recorder->config);
	recorder->config = config;
	pthread_mutex_unlock(&recorder->lock);
}

void recorder_release(struct recorder *recorder)
{
	pthread_mutex_lock(&recorder->lock);
	config_destroy(recorder->config);
	recorder->config = NULL;
	pthread_mutex_unlock(&recorder->lock);
}

static int write_all(const struct config *config, uint32_t job_id,
		     struct span *const *spans, int n, struct err *err)
{
	_cleanup_close_ int spool = -1;

	if (n < 0)
		return err_set(err, "out of memory");
	spool = daemon_spool_open(config, SPOOL_NAME, err);
	if (spool < 0)
		return -1;
	return spans_write(config, spool, job_id, spans, (size_t)n, err);
}

static void report(struct recorder *recorder, uint32_t job_id, int rc,
		   const struct err *err)
{
	uint64_t suppressed;

	if (rc < 0 && log_once(&recorder->trouble, err->msg))
		slurm_error(
			"otel: job %u: its spans are lost, and those of the next jobs while this lasts: %s",
			job_id, err->msg);
	if (rc == 0 && log_once_clear(&recorder->trouble, &suppressed))
		slurm_info("otel: spans are written again; those of %" PRIu64
			   " more jobs were lost",
			   suppressed);
}

/* Costs no RPC.  Where Slurm has no start hook, the prolog of the job's first
 * node asked the agent to do this long ago, and its end is the last moment.
 * True when the comment shows a trace id. */
static bool set_comment(const struct config *config, struct job_record *job,
			const struct job_view *view,
			const struct job_context *context)
{
	_cleanup_free_ char *text = NULL;
	struct trace_id shown;

	if (config->job_comment == JOB_COMMENT_NONE)
		return false;
	if (view->comment && comment_find(view->comment, &shown))
		return true;
	text = comment_compose(view->comment, &context->trace_id,
			       config->trace_url);
	return text && job_view_set_comment(job, config->job_comment, text);
}

/* What can not be written now is for the end to write, or to complain of. */
static bool tell_wait(const struct config *config, const struct job_view *view,
		      const struct job_context *context)
{
	struct span *spans[JOB_WAIT_SPANS_MAX];
	struct err err;
	bool told;
	int n;

	n = job_spans_of_wait(config, view, context, clock_unix_ns(), spans);
	told = n > 0 && write_all(config, view->job_id, spans, n, &err) == 0;
	if (n > 0)
		spans_destroy(spans, (size_t)n);
	return told;
}

static void record_start(const struct config *config, struct job_record *job)
{
	struct start_note note = { .wait_told = false };
	struct job_context context;
	struct job_view view;

	job_view_fill(job, config->job_comment, &view);
	job_spans_context(config, &view, &context);
	if (trace_fate_of(config, &context) == TRACE_EXPORTED) {
		note.wait_told = tell_wait(config, &view, &context);
		note.comment_shown = set_comment(config, job, &view, &context);
	}
	job_view_note_start(job, &note);
}

/* Up to 24.11 a job that has ended is logged again when somebody requeues it,
 * with the same restart count: its root span is written already. */
static bool is_repeated(const struct job_view *view)
{
	return view->end == JOB_REQUEUED && view->told;
}

static void record_end(struct recorder *recorder, struct job_record *job)
{
	const struct config *config = recorder->config;
	struct span *spans[JOB_SPANS_MAX];
	struct job_context context;
	struct job_view view;
	bool handed_on;
	struct err err;
	int n;

	job_view_fill(job, config->job_comment, &view);
	if (view.end == JOB_START_UNDONE)
		job_view_note_start(job, &(struct start_note){ false, false });
	if (view.end == JOB_NOT_ENDED || view.end == JOB_START_UNDONE ||
	    is_repeated(&view))
		return;
	job_spans_context(config, &view, &context);
	n = job_spans_create(config, &view, &context, clock_unix_ns(), spans);
	handed_on = epilogs_tell(config, job, &view, &context, spans, n);
	if (n != 0 && !handed_on)
		report(recorder, view.job_id,
		       write_all(config, view.job_id, spans, n, &err), &err);
	if (n > 0)
		spans_destroy(spans, (size_t)n);
	if (n != 0 && !handed_on)
		set_comment(config, job, &view, &context);
	job_view_set_told(job);
}

static bool verify(struct recorder *recorder, struct job_record *job)
{
	struct err err;

	if (recorder->verified || recorder->refused)
		return recorder->verified;
	recorder->verified = job_view_verify(job, &err) == 0;
	recorder->refused = !recorder->verified;
	if (recorder->refused)
		slurm_error(
			"otel: slurmctld traces no job until it is started again with a jobcomp_otel.so that was built from its own sources (configure --with-slurm-source=DIR): %s",
			err.msg);
	return recorder->verified;
}

static bool is_to_record(struct recorder *recorder, struct job_record *job)
{
	return recorder->config && recorder->config->enabled &&
	       verify(recorder, job);
}

void recorder_job_start(struct recorder *recorder, struct job_record *job)
{
	pthread_mutex_lock(&recorder->lock);
	if (is_to_record(recorder, job))
		record_start(recorder->config, job);
	pthread_mutex_unlock(&recorder->lock);
}

void recorder_job_end(struct recorder *recorder, struct job_record *job)
{
	pthread_mutex_lock(&recorder->lock);
	if (is_to_record(recorder, job))
		record_end(recorder, job);
	pthread_mutex_unlock(&recorder->lock);
}
