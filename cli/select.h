/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which traces, and which parts of them, --trace and --job ask for. */
#ifndef OTEL_CLI_SELECT_H
#define OTEL_CLI_SELECT_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/trace_tree.h"

#define TRACE_PREFIX_MIN 4

/* True for 4 to 32 hexadecimal digits. */
bool trace_prefix_valid(const char *text);

/* True for a job id as Slurm writes it: "42", "42_7" (array), "42+1" (het). */
bool job_id_valid(const char *text);

/*
 * True when the span belongs to the job: its slurm.job.id or slurm.job.id.raw
 * is id, or id names the array or the heterogeneous job that it is part of.
 */
bool span_of_job(const struct span_record *span, const char *id);

/* Keeps the traces whose id starts with the prefix, of either case. */
void select_trace(struct trace_list *list, const char *prefix);

/*
 * Keeps the spans of the job and everything below them: the topmost become
 * roots.  A trace without any goes.
 */
void select_job(struct trace_list *list, const char *id);

#endif
