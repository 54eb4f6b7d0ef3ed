/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a node keeps of a job from prolog to epilog: the job's context, which a
 * step finds here when its environment was stripped and which no user can
 * change, and what the steps on this node tell each other.  One small file a
 * job, jobs/<job id> in the node's spool directory, readable by root only.
 */
#ifndef OTEL_SPANK_JOB_FILE_H
#define OTEL_SPANK_JOB_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "host/sluid.h"
#include "spool/open.h"
#include "trace/job_context.h"
#include "util/err.h"

#define CLUSTER_NAME_MAX 255
#define PARTITION_NAME_MAX 255
#define JOB_UID_UNKNOWN UINT32_MAX

/* Whether the job is a task of an array: neither prolog nor epilog can tell,
 * only a step can. */
enum job_kind { JOB_KIND_UNKNOWN, JOB_KIND_PLAIN, JOB_KIND_ARRAY_TASK };

/* What changes while the job runs. */
struct job_state {
	/* This may be the job's first node, and no step has told of the setup
	 * phase yet. */
	bool setup;
	/* Spans of nodes and tasks that did not fail, written; spans that a
	 * limit left out.  Both stop at UINT32_MAX. */
	uint32_t spans, dropped;
	enum job_kind kind;
	uint32_t array_job_id, array_task_id; /* of JOB_KIND_ARRAY_TASK */
};

struct job_file {
	struct job_context context; /* as submitted: an array's is shared */
	char cluster[CLUSTER_NAME_MAX + 1];
	char partition[PARTITION_NAME_MAX + 1]; /* "": not known */
	uint32_t uid;                           /* or JOB_UID_UNKNOWN */
	uint32_t restart;
	char sluid[SLUID_LEN + 1]; /* of this attempt; "": not known */
	uint64_t prolog_ns;        /* Unix time of the prolog; 0: not known */
	uint8_t boot_id[BOOT_ID_SIZE]; /* of the prolog; zeros: not known */
	/* Made by the job's extern step (extern_step.h), which is told neither
	 * the job's context nor the attempt: those here mean nothing. */
	bool by_extern;
	struct job_state state;
};

/*
 * Writes the file of a job, over one of an earlier attempt.  spool_fd is the
 * node's spool directory.  Returns 0, or -1 with err.
 */
int job_file_write(int spool_fd, uint32_t job_id, const struct job_file *file,
		   struct err *err);

/*
 * Reads it.  Refuses what is not a regular file of ours with one link, in a
 * directory of ours.  Returns 1 and *ret, 0 when there is none, -1 with err.
 */
int job_file_read(int spool_fd, uint32_t job_id, struct job_file *ret,
		  struct err *err);

/*
 * Changes the state in place, one caller at a time: change gets the state as
 * it is and leaves it as it shall be.  Holders of the lock keep it for
 * microseconds, and one who has waited a few milliseconds all the same gives
 * up.  Returns 1, 0 when there is no file (change was not called), -1 with
 * err (change may have been called, and the file is as it was).
 */
int job_file_change(int spool_fd, uint32_t job_id,
		    void (*change)(struct job_state *state, void *arg),
		    void *arg, struct err *err);

/* Removes it; one that is not there is fine. */
int job_file_remove(int spool_fd, uint32_t job_id, struct err *err);

/*
 * At the start of slurmd: removes the files of jobs that an earlier boot of the
 * node left, since no epilog will.  Files that do not tell their boot stay.
 * Returns how many it removed, or -1 with err.
 */
int job_files_sweep(int spool_fd, struct err *err);

#endif
