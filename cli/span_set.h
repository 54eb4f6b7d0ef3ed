/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Spans as read from files: what `slurm-otel show` needs of each to select,
 * arrange and draw it, and no more, so that a file of a million spans fits in
 * memory.  Every text in here comes from outside and may hold anything but a
 * NUL: it reaches a terminal through text.h only.
 */
#ifndef OTEL_CLI_SPAN_SET_H
#define OTEL_CLI_SPAN_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/arena.h"
#include "span/span.h"
#include "trace/ids.h"

/* What a span stands for, by its name. */
enum span_type {
	TYPE_OTHER, /* an application's, or a kind this version does not know */
	TYPE_JOB,
	TYPE_PHASE,
	TYPE_STEP,
	TYPE_NODE,
	TYPE_TASK,
};

/* Texts are NULL and numbers SPAN_INT_UNSET where the file has none. */
#define SPAN_INT_UNSET INT64_MIN

struct span_record {
	struct trace_id trace_id;
	struct span_id span_id;
	struct span_id parent_id;
	bool has_parent;
	bool parent_remote; /* Span.flags say: made by another service */
	enum span_status status;
	enum span_type type;
	uint64_t start_ns, end_ns; /* Unix; start 0: not known */
	const char *name;
	const char *status_message;
	const char *job_id, *job_id_raw, *array_job_id, *het_job_id;
	const char *job_name, *user, *user_name;
	const char *state, *exit_code;
	const char *step_id, *step_name;
	const char *node_name, *host_name;
	const char *error_type;
	int64_t restart_count, het_offset;
	int64_t nnodes, step_nnodes, step_ntasks;
	int64_t exit_status, exit_signal; /* of the job, step or task */
	int64_t failed_task;
	int64_t task_rank;
	const char *executable;
};

struct span_set {
	struct span_record *spans;
	size_t n, cap;
	struct arena texts;
};

/* Gives everything back; an all-zero set is fine.  Keeps errno. */
void span_set_free(struct span_set *set);

/* A record with nothing in it, all values unset. */
void span_record_init(struct span_record *ret);

/*
 * Takes in one attribute if it is one we draw; others are ignored.  A text is
 * copied into the set, cut at 1024 bytes; digits for a number, or a number
 * for a text, are converted.  Returns -1 only when there is no memory.
 */
int span_record_set_text(struct span_set *set, struct span_record *record,
			 const char *key, const char *text, size_t len);
int span_record_set_int(struct span_set *set, struct span_record *record,
			const char *key, int64_t value);

/* Copies a text of any length into the set, cut at 1024 bytes on the border
 * of a character.  NULL when there is no memory. */
const char *span_set_text(struct span_set *set, const char *text, size_t len);

/*
 * Adds a copy of record after settling what follows from its values: type,
 * end >= start, exit status and signal from slurm.exit_code.  Returns -1 when
 * there is no memory; the set is then as before.
 */
int span_set_add(struct span_set *set, const struct span_record *record);

/* True when the span says Error, or its Slurm state is one of failure. */
bool span_failed(const struct span_record *record);
/* True for a state of failure ("TIMEOUT"); NULL is none. */
bool state_failed(const char *state);
/* True when there is nothing to remark: not failed, state none or COMPLETED. */
bool span_quiet(const struct span_record *record);

#endif
