/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UserOptions holds for those, too, who write by hand what our client plugin
 * would have refused.
 */
#ifndef OTEL_JOBSUBMIT_ENFORCE_H
#define OTEL_JOBSUBMIT_ENFORCE_H

#include "config/config.h"
#include "jobsubmit/compat.h"
#include "trace/job_context.h"

/*
 * Takes a mode that UserOptions does not name out of a context that came with
 * the job, and has the site's sampler decide anew.
 */
void enforce_mode(const struct config *config, struct job_context *context);

/* Takes the user's attributes away where UserOptions does not name them, and
 * those that are not valid. */
void enforce_attributes(const struct config *config, job_desc_msg_t *job);

#endif
