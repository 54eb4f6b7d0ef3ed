/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JobComment: which of a job's comment fields shows its trace id.  A header of
 * its own, since job_view.c can not include config.h beside Slurm's log.h. */
#ifndef OTEL_CONFIG_JOB_COMMENT_H
#define OTEL_CONFIG_JOB_COMMENT_H

enum job_comment {
	JOB_COMMENT_NONE,
	JOB_COMMENT_ADMIN,
	JOB_COMMENT_SYSTEM,
	JOB_COMMENT_USER, /* JobComment=Comment */
	JOB_COMMENT_EXTRA,
};

#endif
