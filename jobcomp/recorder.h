/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a job's start and end to records in slurmctld's spool: configuration,
 * spool, agent, and what is said when something is wrong.
 */
#ifndef OTEL_JOBCOMP_RECORDER_H
#define OTEL_JOBCOMP_RECORDER_H

#include <pthread.h>

#include "config/config.h"
#include "host/log_once.h"
#include "jobcomp/job_view.h"
#include "jobcomp/settings.h"

struct recorder {
	pthread_mutex_t lock;  /* guards all below */
	struct config *config; /* NULL: tracing is off */
	bool verified;         /* the first record passed job_view_verify() */
	bool refused;          /* it did not: never read a record again */
	struct log_once trouble;
};

#define RECORDER_INIT                                                          \
	{                                                                      \
		.lock = PTHREAD_MUTEX_INITIALIZER                              \
	}

/*
 * Takes over the configuration that settings hold, unless they have mistakes,
 * which turn tracing off; makes the spool and starts the agent, the first time,
 * and when SpoolDir or AgentUser changed or the agent is gone.  At the load of
 * the plugin and at a reconfigure, one call at a time.
 */
void recorder_configure(struct recorder *recorder, struct settings *settings);

/*
 * Records the start of a job, where Slurm tells of it (25.05 and later): the
 * spans of its wait, and its trace id in its comment, in slurmctld's memory.
 * What is done is noted with the job, so that neither its end nor its prologs
 * do it again; what could not be done, or can not be known yet (SampleErrors),
 * is left to them.  Time and lock as below.
 */
void recorder_job_start(struct recorder *recorder, struct job_record *job);

/*
 * Records the end of a job.  Microseconds, no waiting but for SpoolSync=yes and
 * for the name of a user that slurmctld never looked up before; the caller
 * holds slurmctld's job write lock.  A record that can not be written is lost
 * with one log line a cause.
 */
void recorder_job_end(struct recorder *recorder, struct job_record *job);

void recorder_release(struct recorder *recorder);

#endif
