/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which attempt of a job began on this node last.  slurmd leaves the prolog of
 * a requeued job out when it has not yet forgotten the credential of the
 * attempt before: slurm_cred.c of 22.05 looks for those every two seconds at
 * most, so this befalls jobs on a busy node, and most of those that are started
 * before Slurm's own pause is over.  The file that a prolog writes is missing
 * then, and no hook of a batch step sees SLURM_RESTART_COUNT, which slurmstepd
 * sets in the task alone.  Without this table the attempt would repeat the span
 * ids of the one before.
 *
 * jobs/attempts in the node's spool directory: a slot of 8 bytes a job, by its
 * id modulo the number of slots, so that the file never grows beyond 32 KiB; a
 * job that lost its slot to another is as one that was never here.  Written
 * whole by one write: no lock.
 */
#ifndef OTEL_SPANK_ATTEMPTS_H
#define OTEL_SPANK_ATTEMPTS_H

#include <stdint.h>

#include "util/err.h"

/* Notes that the batch step of this attempt begins.  Returns 0, or -1 with
 * err. */
int attempts_note(int spool_fd, uint32_t job_id, uint32_t restart,
		  struct err *err);

/* The restart count of an attempt of which nothing else tells: one more than
 * that of the last here, 0 when none is known.  Attempts on other nodes in
 * between are not seen. */
uint32_t attempts_next(int spool_fd, uint32_t job_id);

#endif
