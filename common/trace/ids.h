/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trace and span ids: minted at random for a trace, derived for everything
 * below it.  A span's id follows from what it is (trace, cluster, job,
 * restart count, kind, step, node, task), so slurmctld and every node compute
 * the same ids without talking, and a record that Slurm logs twice is the
 * same span twice.  Every derivation stands in ids.c and nowhere else.
 */
#ifndef OTEL_TRACE_IDS_H
#define OTEL_TRACE_IDS_H

#include <stdbool.h>
#include <stdint.h>

#define TRACE_ID_SIZE 16
#define SPAN_ID_SIZE 8
#define TRACE_ID_HEX (2 * TRACE_ID_SIZE)
#define SPAN_ID_HEX (2 * SPAN_ID_SIZE)

struct trace_id {
	uint8_t b[TRACE_ID_SIZE];
};

struct span_id {
	uint8_t b[SPAN_ID_SIZE];
};

/* What a span is.  The values enter the derived ids: never renumber. */
enum span_what {
	SPAN_JOB = 1, /* root; nothing below matters */
	SPAN_DEFERRED = 2,
	SPAN_QUEUED = 3,
	SPAN_SETUP = 4,
	SPAN_JOB_NODE = 5,   /* node */
	SPAN_STEP = 6,       /* step, step_het */
	SPAN_STEP_NODE = 7,  /* step, step_het, node */
	SPAN_TASK = 8,       /* step, step_het, task */
	SPAN_SUBMISSION = 9, /* no span of its own: what array tasks link to */
};

struct span_key {
	const struct trace_id *trace_id;
	const char *cluster; /* NULL counts as "" */
	uint32_t job_id;
	uint32_t restart; /* 0 for the first attempt */
	enum span_what what;
	uint32_t step;     /* 0 where it does not apply */
	uint32_t step_het; /* component of a heterogeneous step, else 0 */
	uint32_t task;     /* global rank, or 0 */
	const char *node;  /* node name, or NULL */
};

/* Valid means not all zero (W3C Trace Context level 2, section 3.2.2). */
bool trace_id_valid(const struct trace_id *id);
bool span_id_valid(const struct span_id *id);
bool trace_id_equal(const struct trace_id *a, const struct trace_id *b);
bool span_id_equal(const struct span_id *a, const struct span_id *b);

/*
 * Mints a random trace id.  Never blocks: before the kernel's pool is ready
 * the id comes from clock and pid instead.  Returns true when it is random in
 * the sense of the W3C random-trace-id flag.  Thread-safe.
 */
bool trace_id_mint(struct trace_id *ret);

/* Mints a random span id, for the one span that has to be named before its job
 * has an id.  As trace_id_mint. */
bool span_id_mint(struct span_id *ret);

/* The trace of a job that came without a context: both sides agree on it. */
void trace_id_from_job(const char *cluster, uint32_t job_id,
		       struct trace_id *ret);

/* The trace of one array task, from the id minted for the whole array. */
void trace_id_for_array_task(const struct trace_id *array_id,
			     const char *cluster, uint32_t job_id,
			     struct trace_id *ret);

/* Never yields an invalid id.  Thread-safe, allocates nothing. */
void span_id_derive(const struct span_key *key, struct span_id *ret);

/* ret holds TRACE_ID_HEX + 1, SPAN_ID_HEX + 1 bytes. */
void trace_id_format(const struct trace_id *id, char *ret);
void span_id_format(const struct span_id *id, char *ret);

#endif
