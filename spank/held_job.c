/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Begins and ends the holding of a job's spans; see held_job.h. */
#include "spank/held_job.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "host/fate.h"
#include "host/span_writer.h"
#include "host/verdict.h"
#include "spank/compat.h"
#include "spool/hold.h"
#include "util/buf.h"
#include "util/cleanup.h"

#define ROOT_SPANS_MAX 8

static void say_lost(uint64_t lost)
{
	if (lost)
		slurm_info(
			"otel: %" PRIu64
			" spans of jobs that failed, or may have, are lost: there was no room to hold them",
			lost);
}

static void begin(const struct config *config, int spool, uint32_t job_id,
		  uint32_t restart)
{
	const struct spool_options options = spool_options_of(config);
	struct hold_result result = { 0 };
	struct err err;

	if (hold_begin(spool, &options, job_id, restart, &err) < 0)
		slurm_info(
			"otel: job %u: if it fails, of this node its failed spans alone are kept: %s",
			job_id, err.msg);
	if (hold_sweep(spool, &options, NULL, NULL, &result, &err) < 0)
		slurm_info("otel: spans of earlier jobs stay in " HOLD_DIR
			   ": %s",
			   err.msg);
	say_lost(result.lost);
}

void held_job_begin(const struct config *config, int spool, uint32_t job_id,
		    const struct job_file *job)
{
	if (trace_fate_of(config, &job->context) == TRACE_HELD)
		begin(config, spool, job_id, job->restart);
}

void held_job_begin_unknown(const struct config *config, int spool,
			    uint32_t job_id)
{
	if (config->sample_errors)
		begin(config, spool, job_id, 0);
}

void held_step_note(const struct config *config, int spool,
		    enum trace_fate fate, uint32_t job_id, bool ends)
{
	const struct spool_options options = spool_options_of(config);

	/* one that can not be written is the prolog's trouble, or the spans' */
	if (fate == TRACE_HELD)
		hold_note(spool, &options, job_id,
			  ends ? SPOOL_HOLD_END : SPOOL_HOLD_BEGIN, NULL);
}

static bool is_not_zero(const char *name)
{
	const char *code = getenv(name);

	return code && strtoul(code, NULL, 10) != 0;
}

/* An array task's, which an epilog can not tell from another job, is a trace of
 * its own where its array has no parent. */
static bool is_trace_of(const struct job_file *job, uint32_t job_id,
			const struct trace_id *trace_id)
{
	struct job_context task = job->context;

	job_context_for_array_task(&task, job->cluster, 0, job_id);
	return trace_id_equal(trace_id, &job->context.trace_id) ||
	       trace_id_equal(trace_id, &task.trace_id);
}

/* They go the way of the others: into the spool, if one of those is an error.
 * In the same file, so that no crash parts them.  None of another trace: where
 * slurmctld did not write them, a user did. */
static void hold_root(int spool, const struct spool_options *options,
		      uint32_t job_id, const struct job_file *job)
{
	const char *text = getenv(SPANK_PREFIX JOB_SPANS_VAR);
	_cleanup_buf_ struct buf span = BUF_INIT;
	struct trace_id trace_id;
	struct err err;

	for (int i = 0; text && i < ROOT_SPANS_MAX; i++) {
		struct spool_entry entry = { .kind = SPOOL_HOLD_ROOT,
					     .job_id = job_id };

		if (!trace_spans_next(&text, &span, &trace_id) ||
		    !is_trace_of(job, job_id, &trace_id))
			return;
		entry.payload = span.data;
		entry.len = span.len;
		if (hold_append(spool, options, &entry, 1, &err) < 0)
			slurm_info("otel: job %u: its root span is lost: %s",
				   job_id, err.msg);
	}
}

static enum hold_decision decide(int spool, const struct spool_options *options,
				 uint32_t job_id)
{
	struct job_file job;

	if (job_file_read(spool, job_id, &job, NULL) == 1)
		switch (trace_verdict_parse(
			getenv(SPANK_PREFIX JOB_VERDICT_VAR), job.restart)) {
		case VERDICT_KEEP:
			return HOLD_RELEASE;
		case VERDICT_DROP:
			return HOLD_DROP;
		case VERDICT_BY_SPANS:
			hold_root(spool, options, job_id, &job);
			return HOLD_BY_SPANS;
		case VERDICT_NONE:
			break;
		}
	return is_not_zero("SLURM_JOB_EXIT_CODE") ||
			       is_not_zero("SLURM_JOB_DERIVED_EC")
		       ? HOLD_RELEASE
		       : HOLD_BY_SPANS;
}

void held_job_end(const struct config *config, int spool, uint32_t job_id)
{
	const struct spool_options options = spool_options_of(config);
	struct hold_result result = { 0 };
	struct err err;

	if (!config->sample_errors)
		return;
	if (hold_end(spool, &options, job_id, decide(spool, &options, job_id),
		     &result, &err) < 0)
		slurm_info("otel: job %u: its spans stay in " HOLD_DIR ": %s",
			   job_id, err.msg);
	if (result.lost)
		slurm_info(
			"otel: job %u: %" PRIu64
			" of its spans are lost: there was no room to hold them",
			job_id, result.lost);
}

static bool has_job_file(void *arg, uint32_t job_id)
{
	struct job_file job;

	return job_file_read(*(int *)arg, job_id, &job, NULL) != 0;
}

void held_jobs_sweep(const struct config *config, const char *spool_path)
{
	const struct spool_options options = spool_options_of(config);
	struct hold_result result = { 0 };
	struct err err;
	_cleanup_close_ int spool =
		spool_open_dir(spool_path, false, (uid_t)-1, (gid_t)-1, &err);

	if (spool < 0 || hold_sweep(spool, &options, has_job_file, &spool,
				    &result, &err) < 0)
		slurm_info("otel: spans of earlier jobs stay in " HOLD_DIR
			   ": %s",
			   err.msg);
	if (result.released)
		slurm_info(
			"otel: %" PRIu64
			" spans of jobs that did not end on this node are released",
			result.released);
	say_lost(result.lost);
}
