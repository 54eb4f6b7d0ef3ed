/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Slurm's internal headers, for job_view.c, job_carried.c and slurmctld.c
 * alone. */
#ifndef OTEL_JOBCOMP_JOB_VIEW_SLURM_H
#define OTEL_JOBCOMP_JOB_VIEW_SLURM_H

#include "jobcomp/compat.h"

#include "src/common/slurm_xlator.h"

#include JOB_REASON_HEADER
#include "src/common/read_config.h"
#include "src/common/run_in_daemon.h"
#include "src/common/uid.h"
#include "src/common/xmalloc.h"
#include "src/common/xstring.h"
#include "src/slurmctld/slurmctld.h"

/* since 24.11 */
#ifndef PROLOG_FLAG_RUN_IN_JOB
#define PROLOG_FLAG_RUN_IN_JOB 0
#endif

#endif
