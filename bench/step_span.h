/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A span as a step makes it, 20 attributes, for the benchmarks. */
#ifndef OTEL_BENCH_STEP_SPAN_H
#define OTEL_BENCH_STEP_SPAN_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "span/attrs.h"
#include "span/span.h"

/* Returns the length of *ret_data, which the caller frees. */
static inline size_t bench_step_span(uint64_t number, uint8_t **ret_data)
{
	static const struct span_id parent = { { 7, 8, 9 } };
	struct trace_context self = { .trace_id = { { 1, 2, 3 } },
				      .span_id = { { 4, 5, 6 } },
				      .flags = 3 };
	static const char *const strings[] = {
		ATTR_JOB_ID,    ATTR_JOB_ID_RAW, ATTR_STEP_ID,
		ATTR_STEP_NAME, ATTR_NODE_NAME,  ATTR_EXIT_CODE,
		ATTR_PARTITION, ATTR_JOB_USER,   ATTR_JOB_ACCOUNT,
		ATTR_STATE
	};
	static const char *const numbers[] = {
		ATTR_RESTART_COUNT,     ATTR_STEP_NNODES,
		ATTR_STEP_NTASKS,       ATTR_STEP_MAX_RSS,
		ATTR_STEP_MINOR_FAULTS, ATTR_STEP_MAJOR_FAULTS,
		ATTR_STEP_BLOCK_IN,     ATTR_STEP_BLOCK_OUT,
		ATTR_STEP_EXIT_STATUS,  ATTR_STEP_SWITCHES_VOLUNTARY
	};
	struct span *span = span_create(NULL);
	size_t len = 0;

	if (number)
		memcpy(&self.span_id, &number, sizeof(self.span_id));
	span_set_context(span, &self, &parent, false);
	span_set_name(span, "slurm.step");
	span_set_times(span, 1700000000000000000, 1700000001000000000);
	for (size_t i = 0; i < 10; i++)
		span_set_str(span, strings[i], "a value of usual length");
	for (size_t i = 0; i < 10; i++)
		span_set_int(span, numbers[i], 123456789);
	if (span_encode(span, ret_data, &len, NULL) < 0)
		abort();
	span_destroy(span);
	return len;
}

#endif
