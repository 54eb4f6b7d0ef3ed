/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a user asks for with --trace, --trace-parent and --trace-attr of
 * sbatch, salloc and srun, on the command line or in an #SBATCH line.
 */
#ifndef OTEL_SPANK_OPTIONS_H
#define OTEL_SPANK_OPTIONS_H

#include "config/config.h"
#include "trace/job_context.h"
#include "trace/traceparent.h"
#include "trace/user_attrs.h"
#include "util/err.h"

enum option_id {
	OPTION_TRACE,
	OPTION_PARENT,
	OPTION_ATTR,
	OPTIONS, /* how many */
};

enum wished_parent {
	WISHED_PARENT_NONE,  /* nothing said */
	WISHED_PARENT_FRESH, /* a trace of its own */
	WISHED_PARENT_GIVEN,
};

/* All zero: nothing was asked for. */
struct wish {
	enum trace_mode mode;
	enum wished_parent parent;
	struct trace_context given; /* WISHED_PARENT_GIVEN */
	struct user_attrs attrs;
};

/* "trace", "trace-parent", "trace-attr". */
extern const char *const option_names[OPTIONS];

/*
 * Takes one option.  The last one counts, but --trace-attr adds.  config may
 * be NULL: nothing is forbidden, since tracing is off.  in_job: an srun that
 * makes a step.  Returns 0, or -1 with err, which does not name the option,
 * and wish as it was.
 */
int wish_take(const struct config *config, bool in_job, enum option_id option,
	      const char *value, struct wish *wish, struct err *err);

/*
 * The context of a new job, as new_context makes it from environ (of the
 * submitter), but as the user wished.
 */
void wish_new_context(const struct config *config, const struct wish *wish,
		      struct job_context *ret);

#endif
