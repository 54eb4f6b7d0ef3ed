/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes the spans of a job on this node; see sink.h. */
#include "spank/sink.h"

#include "host/span_writer.h"
#include "spool/spool.h"

int sink_write(const struct config *config, int spool, enum trace_fate fate,
	       uint32_t job_id, struct span *const *spans, size_t n,
	       struct err *err)
{
	int (*write)(const struct config *, int, uint32_t, struct span *const *,
		     size_t, struct err *) =
		fate == TRACE_HELD ? spans_hold : spans_write;
	int rc = 0;

	if (fate == TRACE_DROPPED)
		return 0;
	for (size_t i = 0; i < n; i += SPOOL_APPEND_MAX) {
		size_t some =
			n - i < SPOOL_APPEND_MAX ? n - i : SPOOL_APPEND_MAX;

		if (write(config, spool, job_id, spans + i, some, err) < 0)
			rc = -1;
	}
	return rc;
}
