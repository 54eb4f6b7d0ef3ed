/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hold/: spans of jobs that are traced only if they fail, from a job's prolog
 * to its epilog on this node.  The spool directory belongs to the agent's user,
 * this one to whoever runs the hooks (root), who alone opens it.
 *
 * hold/<job id> is a row of records as spool.h draws them: a SPOOL_HOLD_HEAD
 * whose payload is BOOT_ID_SIZE bytes of the kernel's boot id (zeros: not
 * known) and the restart count of the attempt (u32, little-endian); then one of
 * kind SPOOL_SPAN, SPOOL_HOLD_ERROR or SPOOL_HOLD_ROOT for each span, and an
 * empty one of kind SPOOL_HOLD_LOST for each that found no room.
 * SPOOL_HOLD_BEGIN and SPOOL_HOLD_END stand around a step: one that never ended
 * was killed, and the agent told of it in the spool.
 *
 * States, who holds each, and what a crash leaves in it:
 *
 * - `<job id>` (nobody; a writer that appends: shared flock): stays; the
 *   next attempt's prolog and slurmd after a reboot release it
 * - `<job id>` (who ends it: exclusive flock): as above
 * - `release.<job id>.<inode>` (who releases it: exclusive flock): the next
 *   hold_sweep begins again: spans may come twice, none is lost
 *
 * A writer never waits and never makes the file: where there is none, or it is
 * being ended, nobody will decide any more, and the writer does.
 */
#ifndef OTEL_SPOOL_HOLD_H
#define OTEL_SPOOL_HOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spool/spool.h"
#include "util/err.h"

#define HOLD_DIR "hold"

/* Bytes a job may hold, of which the second half is not for SPOOL_SPAN,
 * and bytes of all hold/ that hold_sweep leaves. */
uint64_t hold_job_limit(uint64_t spool_max_size);
uint64_t hold_limit(uint64_t spool_max_size);

/* What became of held spans. */
struct hold_result {
	uint64_t released; /* into the spool */
	uint64_t lost;     /* had no room: counted in the spool's `dropped` */
};

/* ---- prolog ------------------------------------------------------------ */

/*
 * Makes the file of one attempt of a job, unless it is there.  One of another
 * attempt or of an earlier boot, whose epilog never came, is released first.
 * Returns 0, or -1 with err.
 */
int hold_begin(int spool_fd, const struct spool_options *options,
	       uint32_t job_id, uint32_t restart, struct err *err);

/* ---- steps ------------------------------------------------------------- */

/*
 * Appends up to SPOOL_APPEND_MAX records of one job, of kind SPOOL_SPAN,
 * SPOOL_HOLD_ERROR or SPOOL_HOLD_ROOT, by one write.  Microseconds, never
 * waits.  Returns 1; 0 when nobody will decide about them: no prolog ran, or
 * the epilog is over; -1 with err, errno kept: they are lost.
 */
int hold_append(int spool_fd, const struct spool_options *options,
		const struct spool_entry *entries, size_t n, struct err *err);

/* Notes that a step begins or ends; kind says which.  Returns as hold_append,
 * and needs as little time. */
int hold_note(int spool_fd, const struct spool_options *options,
	      uint32_t job_id, enum spool_kind kind, struct err *err);

/* ---- epilog ------------------------------------------------------------ */

enum hold_decision {
	HOLD_DROP,
	HOLD_RELEASE,
	HOLD_BY_SPANS, /* release when one of them is an error, or a step did
			* not end */
};

/*
 * Ends the holding: appends what is held to the spool, in order, or forgets it.
 * No append to this job succeeds afterwards.  Waits for a writer, a second at
 * most.  Returns 0 (also when there is no file), or -1 with err: what was to
 * be released stays for hold_sweep.  *ret is added to.
 */
int hold_end(int spool_fd, const struct spool_options *options, uint32_t job_id,
	     enum hold_decision decision, struct hold_result *ret,
	     struct err *err);

/* ---- what is left over ------------------------------------------------- */

typedef bool (*hold_runs)(void *arg, uint32_t job_id);

/*
 * Goes on with releases that were cut short; then removes the oldest files
 * while all together are larger than hold_limit.  With runs, as at slurmd's
 * start, also releases what is of an earlier boot (this node took those jobs
 * down), and ends by its spans what belongs to no job that runs.  Goes on after
 * an error; returns 0, or -1 with the last one.  *ret is added to.
 */
int hold_sweep(int spool_fd, const struct spool_options *options,
	       hold_runs runs, void *arg, struct hold_result *ret,
	       struct err *err);

#endif
