/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Leaves the beginning of a step's span in open/; see step_record.h. */
#include "spank/step_record.h"

#include <inttypes.h>
#include <stdio.h>

#include "spank/compat.h"
#include "spank/step_span.h"
#include "util/cleanup.h"

/* The span's id is in it: it tells the attempts of a requeued job, and the
 * nodes that share a spool, from each other. */
static void record_name(const struct step *step, char *ret)
{
	char step_id[STEP_NAME_SIZE], hex[SPAN_ID_HEX + 1];
	struct span_id span_id = step->self.span_id;

	if (step->node_id != 0)
		step_node_span_id(step, &span_id);
	step_id_name(step->step_id, step_id);
	span_id_format(&span_id, hex);
	snprintf(ret, OPEN_NAME_SIZE, "%" PRIu32 ".%s.%s", step->job_id,
		 step_id, hex);
}

static int make(const struct config *config, int spool, struct step *step,
		struct err *err)
{
	struct span *span = step_open_span_create(config, step);
	_cleanup_free_ uint8_t *data = NULL;
	char name[OPEN_NAME_SIZE];
	size_t len;
	int rc;

	if (!span)
		return err_set(err, "out of memory");
	rc = span_encode(span, &data, &len, err);
	span_destroy(span);
	if (rc < 0)
		return -1;
	record_name(step, name);
	return open_record_make(spool, name, config->spool_sync, step->job_id,
				data, len, &step->record, err);
}

void step_record_make(const struct config *config, int spool, struct step *step)
{
	char name[STEP_NAME_SIZE];
	struct err err;

	if (spool < 0 || step->fate == TRACE_DROPPED ||
	    make(config, spool, step, &err) == 0)
		return;
	step_id_name(step->step_id, name);
	slurm_info("otel: job %u step %s: its span is lost if it is killed: %s",
		   step->job_id, name, err.msg);
}
