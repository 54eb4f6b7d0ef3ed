/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words on a span's line; see label.h. */
#include "cli/label.h"

#include <ctype.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>

#define PHASE_PREFIX_LEN (sizeof("slurm.phase.") - 1)

static const struct {
	int number;
	const char *name;
} signals[] = {
	{ SIGHUP, "SIGHUP" },   { SIGINT, "SIGINT" },   { SIGQUIT, "SIGQUIT" },
	{ SIGILL, "SIGILL" },   { SIGTRAP, "SIGTRAP" }, { SIGABRT, "SIGABRT" },
	{ SIGBUS, "SIGBUS" },   { SIGFPE, "SIGFPE" },   { SIGKILL, "SIGKILL" },
	{ SIGUSR1, "SIGUSR1" }, { SIGSEGV, "SIGSEGV" }, { SIGUSR2, "SIGUSR2" },
	{ SIGPIPE, "SIGPIPE" }, { SIGALRM, "SIGALRM" }, { SIGTERM, "SIGTERM" },
	{ SIGCONT, "SIGCONT" }, { SIGSTOP, "SIGSTOP" }, { SIGTSTP, "SIGTSTP" },
	{ SIGXCPU, "SIGXCPU" }, { SIGXFSZ, "SIGXFSZ" }, { SIGSYS, "SIGSYS" },
};

static void put_with_blank(struct buf *out, const char *text)
{
	if (!text || !*text)
		return;
	buf_putc(out, ' ');
	buf_puts(out, text);
}

static void name_job(const struct span_record *span, struct buf *out)
{
	buf_puts(out, "job");
	put_with_blank(out, span->job_id ? span->job_id : span->job_id_raw);
	put_with_blank(out, span->job_name);
}

static void name_phase(const struct span_record *span, struct buf *out)
{
	buf_puts(out, span->name + PHASE_PREFIX_LEN);
}

/* The special steps are called by their ids: "batch", "interactive". */
static void name_step(const struct span_record *span, struct buf *out)
{
	if (span->step_id && !isdigit((unsigned char)*span->step_id)) {
		buf_puts(out, span->step_id);
		return;
	}
	buf_puts(out, "step");
	put_with_blank(out, span->step_id);
	put_with_blank(out, span->step_name);
}

static void name_node(const struct span_record *span, struct buf *out)
{
	buf_puts(out, "node");
	put_with_blank(out,
		       span->node_name ? span->node_name : span->host_name);
}

static void name_task(const struct span_record *span, struct buf *out)
{
	buf_puts(out, "task");
	if (span->task_rank != SPAN_INT_UNSET)
		buf_printf(out, " %" PRId64, span->task_rank);
	put_with_blank(out, span->executable);
}

static void name_other(const struct span_record *span, struct buf *out)
{
	buf_puts(out, *span->name ? span->name : "(no name)");
}

static void (*const namers[])(const struct span_record *, struct buf *) = {
	[TYPE_OTHER] = name_other, [TYPE_JOB] = name_job,
	[TYPE_PHASE] = name_phase, [TYPE_STEP] = name_step,
	[TYPE_NODE] = name_node,   [TYPE_TASK] = name_task,
};

void label_name(const struct span_record *span, struct buf *out)
{
	namers[span->type](span, out);
}

static void put_count(struct buf *out, size_t start, int64_t n,
		      const char *what)
{
	if (out->len > start)
		buf_puts(out, ", ");
	buf_printf(out, "%" PRId64 " %s", n, what);
}

void label_detail(const struct span_record *span, struct buf *out)
{
	size_t start = out->len;
	bool is_step = span->type == TYPE_STEP;
	int64_t nodes = is_step ? span->step_nnodes : span->nnodes;

	if (!is_step && span->type != TYPE_JOB)
		return;
	if (nodes > 1)
		put_count(out, start, nodes, "nodes");
	if (is_step && span->step_ntasks > 1 && span->step_ntasks != nodes)
		put_count(out, start, span->step_ntasks, "tasks");
	if (span->type == TYPE_JOB && span->restart_count > 0) {
		buf_puts(out, out->len > start ? ", " : "");
		buf_printf(out, "attempt %" PRId64, span->restart_count + 1);
	}
}

static const char *signal_name(int64_t number)
{
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (signals[i].number == number)
			return signals[i].name;
	return NULL;
}

static void put_exit(const struct span_record *span, struct buf *out)
{
	if (span->exit_signal > 0) {
		buf_printf(out, "signal %" PRId64, span->exit_signal);
		put_with_blank(out, signal_name(span->exit_signal));
	} else {
		buf_printf(out, "exit %" PRId64, span->exit_status);
	}
}

/* FAILED only says that there is an exit code to look at. */
static bool state_tells(const char *state)
{
	return state_failed(state) && strcmp(state, "FAILED") != 0;
}

static void put_failure(const struct span_record *span, struct buf *out)
{
	if (state_tells(span->state))
		buf_puts(out, span->state);
	else if (span->type != TYPE_OTHER &&
		 (span->exit_signal > 0 || span->exit_status > 0))
		put_exit(span, out);
	else if (span->error_type && *span->error_type)
		buf_puts(out, span->error_type);
	else if (span->status_message)
		buf_puts(out, span->status_message);
	else
		buf_puts(out, span->state ? span->state : "error");
}

void label_mark(const struct span_record *span, struct buf *out)
{
	if (span_failed(span))
		put_failure(span, out);
	else if (!span_quiet(span))
		buf_puts(out, span->state);
}

void label_task(const struct span_record *span, struct buf *out)
{
	if (span_failed(span) && span->type == TYPE_STEP &&
	    span->step_ntasks > 1 && span->failed_task >= 0)
		buf_printf(out, "task %" PRId64, span->failed_task);
}

void label_more(const struct span_record *like, size_t n, struct buf *out)
{
	static const char *const words[] = {
		[TYPE_JOB] = "jobs",   [TYPE_PHASE] = "phases",
		[TYPE_STEP] = "steps", [TYPE_NODE] = "nodes",
		[TYPE_TASK] = "tasks",
	};

	buf_printf(out, "%zu more ", n);
	if (like->type == TYPE_OTHER)
		buf_puts(out, like->name);
	else
		buf_puts(out, words[like->type]);
}
