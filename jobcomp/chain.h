/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JobCompChain: another job completion plugin of Slurm's, loaded by ours and
 * handed every call that slurmctld (or `sacct -c`) makes.  Nothing that goes
 * wrong there reaches Slurm: it is logged, once a cause, and the calls go on.
 *
 * Calls come one at a time: Slurm (src/common/slurm_jobcomp.c, from 23.02 on
 * src/interfaces/jobcomp.c) makes all calls of a plugin under one lock.
 */
#ifndef OTEL_JOBCOMP_CHAIN_H
#define OTEL_JOBCOMP_CHAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "host/log_once.h"
#include "jobcomp/compat.h"

struct chain {
	void *plugin; /* Slurm's handle; NULL: none is loaded */
	char *name;   /* of what is loaded, "jobcomp/filetxt" */
	struct jobcomp_entries entries;
	struct log_once load_trouble, record_trouble, location_trouble;
};

/*
 * Loads jobcomp_<name>.so from the first of the directories (separated by
 * colons, as PluginDir) where that succeeds, and calls its init().  name NULL:
 * none is wanted.  A plugin that is loaded stays until chain_release(),
 * whatever name says then: it may have threads.  Returns true when one was
 * loaded by this call.
 */
bool chain_configure(struct chain *chain, const char *name,
		     const char *directories);

/* True when the calls below are handed on to a plugin. */
bool chain_is_loaded(const struct chain *chain);

/*
 * Each hands one call on; without a plugin nothing happens.  location is what
 * JobCompLoc says, NULL when it is not set; a jobcomp/filetxt that could not
 * open that file is not called, since it would end slurmctld.  event is 0 where
 * Slurm has none.
 */
void chain_set_location(struct chain *chain, char *location);
void chain_record_start(struct chain *chain, struct job_record *job,
			uint32_t event);
void chain_record_end(struct chain *chain, struct job_record *job,
		      uint32_t event);
/* Slurm's list, the caller's; NULL when there is none. */
struct xlist *chain_get_jobs(struct chain *chain, void *job_cond);

/* Calls its fini() and unloads it. */
void chain_release(struct chain *chain);

#endif
