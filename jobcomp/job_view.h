/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that the job completion plugin knows of a job, and of slurmctld.  job_view.c,
 * job_carried.c and slurmctld.c are the files that know Slurm's own structures, and
 * are compiled against the source tree of the very Slurm they run in; everything
 * after them is pure and tested without Slurm.
 */
#ifndef OTEL_JOBCOMP_JOB_VIEW_H
#define OTEL_JOBCOMP_JOB_VIEW_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "config/job_comment.h"
#include "host/sluid.h"
#include "host/start_note.h"
#include "util/err.h"

/* What this call of Slurm's means for the job. */
enum job_end {
	JOB_NOT_ENDED,    /* a resize, a federation sibling: nothing to write */
	JOB_START_UNDONE, /* another component could not start: it waits on */
	JOB_ENDED,        /* it will not run again */
	JOB_REQUEUED,     /* this attempt ended; the job waits again */
};

/* Strings are borrowed from the job record for the call and may be NULL; they
 * come from users and may hold any bytes.  Times are Unix seconds, 0 unknown.
 */
struct job_view {
	enum job_end end;
	uint32_t job_id;
	bool is_array_task;
	uint32_t array_job_id, array_task_id;
	uint32_t het_job_id, het_offset; /* het_job_id 0: not heterogeneous */
	uint32_t restart;                /* of the attempt that ended */
	char sluid[SLUID_LEN + 1];       /* of that attempt; "": none */
	const char *cluster;
	const char *name, *user, *account, *qos, *reservation, *partition;
	const char *wckey, *nodelist, *failed_node, *tres_alloc;
	const char *gres;         /* allocated, "gpu:a100:2,shard:4" */
	const char *state;        /* "COMPLETED", "FAILED", ... */
	const char *reason;       /* why it ended so: "None", "TimeLimit" */
	const char *queue_reason; /* why it waited: "Dependency"; or NULL */
	uint32_t uid;
	time_t submit, eligible, start, end_time;
	time_t suspended;                 /* seconds, to its end */
	time_t suspended_since;           /* it was suspended when it ended */
	time_t resumed, resized;          /* the last time */
	int exit_code, derived_exit_code; /* raw wait statuses */
	bool steps_left; /* steps that Slurm has not seen the end of: they are
			  * not in the derived exit code yet */
	bool others_went_badly; /* another component has failed so far, or has
				 * such a step */
	uint32_t nnodes, ntasks, cpus;
	uint64_t time_limit; /* seconds; 0: none */
	uint32_t priority;
	const char *comment; /* the field that JobComment names */
	const char *context, *tracestate, *baggage; /* as carried; hostile */
	const char *attributes;     /* the user's; see user_attrs.h; hostile */
	const char *leader_context; /* of the first component, if another */
	bool told;      /* job_view_set_told() was called for this attempt */
	bool wait_told; /* its wait is told: job_view_note_start() said so */
};

/* slurmctld.h has it; nothing else of Slurm's is needed here. */
struct job_record;

/*
 * Checks at the first record that this plugin was built for the slurmctld it
 * runs in: job_record_t changes between micro releases, and reading the wrong
 * layout would take slurmctld down.  Its size, its magic and the job that
 * slurmctld finds by its id must be right.  Returns 0, or -1 with err, which
 * says for what Slurm this was built: nothing of the record may be read then,
 * now or later.
 */
int job_view_verify(struct job_record *job, struct err *err);

/* Fills *ret.  The caller holds slurmctld's job lock, as jobcomp calls do. */
void job_view_fill(struct job_record *job, enum job_comment field,
		   struct job_view *ret);

/* Sets the comment field in memory; no RPC.  False when this Slurm has no such
 * field.  The caller holds slurmctld's job write lock. */
bool job_view_set_comment(struct job_record *job, enum job_comment field,
			  const char *text);

/* Puts name=value into the job's spank_job_env, over what has that name; its
 * epilogs will see it as SPANK_<name>.  value NULL: takes it out.  The caller
 * holds slurmctld's job write lock. */
void job_view_tell_epilogs(struct job_record *job, const char *name,
			   const char *value);
/* False with PrologFlags=RunInJob: no SPANK epilog will run. */
bool job_view_has_epilogs(void);
/* Notes that the end of the present attempt is recorded, where slurmctld keeps
 * it with the job, over a restart too; nothing for a job that can not be
 * requeued, which ends only once.  The caller holds slurmctld's job write
 * lock. */
void job_view_set_told(struct job_record *job);

/* Notes what the start hook did, where slurmctld keeps it with the job and its
 * prologs find it (start_note.h), over whatever stands there.  The caller holds
 * slurmctld's job write lock. */
void job_view_note_start(struct job_record *job, const struct start_note *note);

/* True in a slurmctld that serves; `sacct -c` loads the plugin too, and so does
 * `slurmctld -t`, which only tests its configuration. */
bool job_view_in_slurmctld(void);
bool job_view_in_config_test(void);

/* PluginDir, one directory or several; borrowed from Slurm's configuration. */
const char *job_view_plugin_dir(void);
/* JobCompLoc, borrowed as well; NULL when it is not set. */
char *job_view_jobcomp_loc(void);

/* ClusterName; borrowed from slurmctld's configuration. */
const char *job_view_cluster(void);

#endif
