/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What slurmctld's start hook (Slurm 25.05 and later) did for a job, noted in
 * the job's spank_job_env: there slurmctld keeps it over a restart, and the
 * prologs, whose message is made right afterwards, find it as
 * SPANK_OTEL_STARTED.  The text is
 *
 *   <restart count of the attempt>:[wait][,comment]
 *
 * since spank_job_env outlives a requeue.  The start hook writes it over
 * whatever the user may have put there, or takes that out.
 */
#ifndef OTEL_HOST_START_NOTE_H
#define OTEL_HOST_START_NOTE_H

#include <stdbool.h>
#include <stdint.h>

#define START_NOTE_VAR "OTEL_STARTED"
#define START_NOTE_SIZE 32

struct start_note {
	bool wait_told;     /* the spans of the wait are in the spool */
	bool comment_shown; /* the job's comment shows its trace id */
};

/* Writes the text form and a NUL; ret holds START_NOTE_SIZE bytes. */
void start_note_format(uint32_t restart, const struct start_note *note,
		       char *ret);

/* What text, which may be NULL and comes through the user's hands, says of that
 * attempt; nothing, where it is no such text or of another attempt. */
struct start_note start_note_parse(const char *text, uint32_t restart);

#endif
