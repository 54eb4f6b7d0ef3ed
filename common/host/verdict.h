/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What slurmctld tells the epilogs of a job whose trace is held (fate.h).
 *
 * An epilog knows exit codes and not the job's state: one that was cancelled
 * or lost a node looks like one that went well.  So the job completion plugin,
 * which knows, leaves its verdict in the job's spank_job_env; the message that
 * ends the job on its nodes is made from that right afterwards, and epilogs
 * find SPANK_OTEL_VERDICT.  The plugin keeps the root by the same verdict: no
 * span that a node releases lacks its root.  The text is
 *
 *   <restart count of the attempt>:<keep|drop>
 *
 * since spank_job_env outlives a requeue.  A user who puts it there himself
 * is overwritten.
 */
#ifndef OTEL_HOST_VERDICT_H
#define OTEL_HOST_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#define JOB_VERDICT_VAR "OTEL_VERDICT"
#define VERDICT_SIZE 24

enum trace_verdict {
	VERDICT_NONE, /* slurmctld said nothing of this attempt */
	VERDICT_KEEP,
	VERDICT_DROP,
};

/* Writes the text form and a NUL; ret holds VERDICT_SIZE bytes. */
void trace_verdict_format(uint32_t restart, bool keep, char *ret);

/* text comes through the user's hands, and may be NULL. */
enum trace_verdict trace_verdict_parse(const char *text, uint32_t restart);

#endif
