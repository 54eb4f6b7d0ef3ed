/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The span of a job on this node, and how much this node tells of a job. */
#ifndef OTEL_SPANK_JOB_NODE_H
#define OTEL_SPANK_JOB_NODE_H

#include "config/config.h"
#include "host/detail_file.h"
#include "spank/job_file.h"

/* The highest of what the site, the user (--trace=detail, where
 * UserOptions allows it) and, on this node and for now, an administrator
 * (slurm-otel detail) ask for.  spool may be -1. */
enum detail job_detail(const struct config *config,
		       const struct job_context *context, int spool,
		       uint64_t now_ns, const struct detail_subject *subject);

/*
 * In the epilog, before the job file is removed: writes slurm.node of the job
 * where the detail is node or more, or where a limit left spans out.  Not where
 * no step told whether the job is an array task: its trace is not known then.
 * What is lost is logged.
 */
void job_node_write(const struct config *config, int spool, uint32_t job_id,
		    const char *node);

#endif
