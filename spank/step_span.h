/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The spans of a step; pure, so that they are tested without Slurm. */
#ifndef OTEL_SPANK_STEP_SPAN_H
#define OTEL_SPANK_STEP_SPAN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>

#include "config/config.h"
#include "span/span.h"
#include "spank/step.h"

#define STEP_NAME_SIZE 16

struct step_end {
	uint64_t time_ns;
	struct rusage usage; /* of the tasks on this node */
};

/* slurm.step: as its first node saw it.  The caller destroys it; NULL without
 * memory.  The same holds for the others. */
struct span *step_span_create(const struct config *config,
			      const struct step *step,
			      const struct step_end *end);

/* slurm.node: this node's share of the step, below slurm.step; below the step's
 * parent where the step is over the limit and this is not its first node. */
struct span *step_node_span_create(const struct config *config,
				   const struct step *step,
				   const struct step_end *end);

/* The id of that one. */
void step_node_span_id(const struct step *step, struct span_id *ret);

/* The beginning of the span that this node would have to answer for, if the
 * step never came to its end: slurm.step on the first node, slurm.node on the
 * others.  It ends where it starts and tells of no outcome. */
struct span *step_open_span_create(const struct config *config,
				   const struct step *step);

/* False for a batch or interactive step: it has one node, and that is all in
 * its step span. */
bool step_spans_nodes(const struct step *step);

/* "0", "batch", "interactive", "extern"; ret holds STEP_NAME_SIZE bytes. */
void step_id_name(uint32_t step_id, char *ret);

#endif
