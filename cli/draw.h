/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The drawing of `slurm-otel show`: for each trace a header, then a line a
 * span with its place in the tree, its name, its duration and its time bar.
 * All traces share their columns.
 */
#ifndef OTEL_CLI_DRAW_H
#define OTEL_CLI_DRAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "cli/style.h"
#include "cli/trace_tree.h"
#include "util/err.h"

#define DRAW_WIDTH_MIN 40
#define DRAW_WIDTH_MAX 1000

struct draw_options {
	size_t width; /* cells; DRAW_WIDTH_MIN to DRAW_WIDTH_MAX */
	struct look look;
	bool all; /* fold nothing */
};

/*
 * Draws the traces to out, an empty line between them, and a line of counts
 * at the end.  look.utf8 needs a UTF-8 locale.  Returns -1 with err when
 * there is no memory; whether writing worked is for the caller to ask out.
 */
int draw_traces(FILE *out, const struct trace_list *list,
		const struct draw_options *options, struct err *err);

/* Appends the header of a trace: one line, or more where width is short. */
void draw_header(struct buf *out, const struct trace *trace,
		 const struct draw_options *options);

#endif
