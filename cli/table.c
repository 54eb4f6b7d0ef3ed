/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Draws a table; see table.h. */
#include "cli/table.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/text.h"

#define GAP 2
#define YIELD_MIN 12 /* cells that a column keeps that gives way */

void table_init(struct table *table, const struct column *columns,
		size_t n_columns)
{
	*table = (struct table){ .columns = columns, .n_columns = n_columns };
}

void table_free(struct table *table)
{
	free(table->cells);
	table_init(table, table->columns, table->n_columns);
}

void table_put(struct table *table, enum style style, const char *fmt, ...)
{
	struct table_cell *more;
	size_t cap = table->cap ? 2 * table->cap : 32;
	va_list ap;

	if (table->n == table->cap) {
		more = reallocarray(table->cells, cap, sizeof(*more));
		if (!more) {
			table->failed = true;
			return;
		}
		table->cells = more;
		table->cap = cap;
	}
	table->cells[table->n].style = style;
	va_start(ap, fmt);
	vsnprintf(table->cells[table->n].text, TABLE_CELL_SIZE, fmt, ap);
	va_end(ap);
	table->n++;
}

static void measure(const struct table *table, const struct look *look,
		    size_t width, size_t *ret)
{
	size_t total = 0;

	for (size_t i = 0; i < table->n_columns; i++)
		ret[i] = text_width(table->columns[i].title, look->utf8);
	for (size_t i = 0; i < table->n; i++) {
		size_t cells = text_width(table->cells[i].text, look->utf8);

		if (cells > ret[i % table->n_columns])
			ret[i % table->n_columns] = cells;
	}
	for (size_t i = 0; i < table->n_columns; i++)
		total += ret[i] + (i ? GAP : 0);
	for (size_t i = 0; i < table->n_columns && total > width; i++) {
		size_t over = total - width;

		if (!table->columns[i].yields || ret[i] <= YIELD_MIN)
			continue;
		if (over > ret[i] - YIELD_MIN)
			over = ret[i] - YIELD_MIN;
		ret[i] -= over;
		total -= over;
	}
}

static void put_cell(struct buf *out, const struct look *look,
		     const struct column *column, enum style style,
		     const char *text, size_t width, bool last)
{
	size_t cells = text_width(text, look->utf8);

	if (cells > width)
		cells = width;
	if (column->right)
		put_blanks(out, width - cells);
	cells = style_put(out, look, style, text, width);
	if (!column->right && !last)
		put_blanks(out, width - cells);
	if (!last)
		put_blanks(out, GAP);
}

void table_draw(const struct table *table, const struct look *look,
		size_t width, struct buf *out)
{
	size_t widths[TABLE_COLUMNS_MAX];
	size_t n = table->n_columns;

	measure(table, look, width, widths);
	for (size_t i = 0; i < n; i++)
		put_cell(out, look, &table->columns[i], STYLE_FAINT,
			 table->columns[i].title, widths[i], i == n - 1);
	buf_putc(out, '\n');
	for (size_t i = 0; i + n <= table->n; i += n) {
		for (size_t j = 0; j < n; j++)
			put_cell(out, look, &table->columns[j],
				 table->cells[i + j].style,
				 table->cells[i + j].text, widths[j],
				 j == n - 1);
		buf_putc(out, '\n');
	}
}
