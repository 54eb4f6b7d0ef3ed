/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The few values of slurm.conf that have no public way to ask for from inside a
 * daemon (the API's way is an RPC, which a hook must not make): SlurmUser,
 * ClusterName, PrologFlags.
 */
#ifndef OTEL_HOST_SLURM_CONF_H
#define OTEL_HOST_SLURM_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "util/err.h"

/*
 * The path of slurm.conf, absolute: that of SLURM_CONF, which Slurm's daemons
 * set for themselves, else the compiled-in default, else what a configless
 * slurmd was sent.  Valid until the environment changes.
 */
const char *slurm_conf_path(void);

/*
 * Finds `key` (any case) in slurm.conf and the files it includes, the first
 * one winning, and copies its value without quotes to ret (size bytes).
 * Returns 1 found, 0 not there, -1 with err.
 */
int slurm_conf_value(const char *key, char *ret, size_t size, struct err *err);

/* Whether the list with commas that key has in slurm.conf names one of words,
 * which end with NULL, in any case.  Returns 1 yes, 0 no, -1 with err. */
int slurm_conf_names(const char *key, const char *const *words,
		     struct err *err);

/*
 * Whether slurmctld starts prologs when it allocates nodes, and not slurmd when
 * the first step comes: PrologFlags=Alloc, or what Slurm takes to mean it.
 * False when slurm.conf can not be read, and with PrologFlags=RunInJob: no
 * SPANK prolog runs there at all.
 */
bool slurm_conf_prolog_at_allocation(void);

/*
 * PrologFlags=RunInJob, of Slurm 24.11 and later: prolog and epilog are run by
 * the job's extern step, which knows nothing of SPANK's.  False when slurm.conf
 * can not be read.
 */
bool slurm_conf_prolog_in_job(void);

/* ClusterName as Slurm itself uses it, in lowercase; "" when there is none. */
void slurm_conf_cluster(char *ret, size_t size);

/*
 * The user the agent runs as: AgentUser of otel.conf, where "SlurmUser" means
 * slurm.conf's (root when that names none).  Looks the name up, so it may ask
 * the name service: at a daemon's start only.  Returns -1 with err when there
 * is no such user.
 */
int agent_user_lookup(const char *agent_user, uid_t *ret_uid, gid_t *ret_gid,
		      struct err *err);

#endif
