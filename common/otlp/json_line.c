/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes a line of OTLP JSON of a batch; see json_line.h. */
#include "otlp/json_line.h"

#include <errno.h>

#include "otlp/exporter_ops.h"
#include "otlp/json.h"

#define LINE_KEPT (1024 * 1024)

int json_line_make(const struct batch *batch, struct buf *ret,
		   struct export_result *ret_result)
{
	struct err err;

	buf_clear(ret);
	if (json_traces(batch, ret, &err) < 0) {
		bool bad_span = errno == EBADMSG;

		ret_result->divisible = bad_span;
		export_result_set(ret_result,
				  bad_span ? VERDICT_REJECT : VERDICT_RETRY,
				  "%s", err.msg);
		return -1;
	}
	buf_putc(ret, '\n');
	if (!ret->failed)
		return 0;
	export_result_set(ret_result, VERDICT_RETRY, "no memory for JSON");
	return -1;
}

void json_line_done(struct buf *line)
{
	if (line->cap > LINE_KEPT)
		buf_free(line);
	buf_clear(line);
}
