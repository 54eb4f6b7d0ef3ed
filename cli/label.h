/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is said about a span on its line: a helpful name ("step 0 python"),
 * detail ("3 nodes") and mark ("exit 1").  Raw text: it holds data from
 * files, and goes through text.h on its way to a terminal.
 */
#ifndef OTEL_CLI_LABEL_H
#define OTEL_CLI_LABEL_H

#include <stddef.h>

#include "cli/span_set.h"
#include "util/buf.h"

/* "job 42 train.sh", "queued", "batch", "step 0 python", "node n2", or the
 * span's own name.  Appends; adds no NUL. */
void label_name(const struct span_record *span, struct buf *out);

/* "3 nodes, 6 tasks", "attempt 2"; often nothing. */
void label_detail(const struct span_record *span, struct buf *out);

/*
 * Why it failed: "TIMEOUT", "signal 9 SIGKILL", "exit 1", the error's type or
 * message; for a span that did not fail a state worth saying ("CANCELLED"),
 * else nothing.
 */
void label_mark(const struct span_record *span, struct buf *out);

/* Which of several tasks failed first: "task 2". */
void label_task(const struct span_record *span, struct buf *out);

/* n spans like this one: "940 more steps", "12 more "forward" spans". */
void label_more(const struct span_record *like, size_t n, struct buf *out);

#endif
