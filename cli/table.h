/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A table of words: columns as wide as they need, one of them gives way. */
#ifndef OTEL_CLI_TABLE_H
#define OTEL_CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/style.h"
#include "util/buf.h"

#define TABLE_COLUMNS_MAX 12
#define TABLE_CELL_SIZE 300

struct column {
	const char *title;
	bool right;  /* for numbers */
	bool yields; /* is cut where the width is short */
};

struct table_cell {
	enum style style;
	char text[TABLE_CELL_SIZE]; /* from anywhere; see text.h */
};

struct table {
	const struct column *columns; /* borrowed */
	size_t n_columns;
	struct table_cell *cells; /* owned; row by row */
	size_t n, cap;
	bool failed; /* there was no memory for all */
};

void table_init(struct table *table, const struct column *columns,
		size_t n_columns);
void table_free(struct table *table);

/* Fills the next cell, from left to right and from row to row. */
void table_put(struct table *table, enum style style, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Draws titles and rows, which had better fit into width cells. */
void table_draw(const struct table *table, const struct look *look,
		size_t width, struct buf *out);

#endif
