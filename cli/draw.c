/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines below a header, and the columns they share; see draw.h. */
#include "cli/draw.h"

#include <stdlib.h>
#include <string.h>

#include "cli/bar.h"
#include "cli/row.h"
#include "cli/text.h"
#include "cli/time_text.h"
#include "util/cleanup.h"

#define GAP 2
#define LEVELS_MAX 32 /* of branches drawn; what is deeper stands there too */
#define DURATION_MIN 6
#define BAR_PERCENT 30 /* of the width, at the least */

/* One trace with its lines planned. */
struct picture {
	const struct trace *trace;
	struct line *lines;
	size_t n;
};

struct columns {
	size_t name, duration, bar;
	uint32_t levels;
};

struct painter {
	const struct draw_options *options;
	struct columns columns;
	struct row row;
	struct buf line;
	bool rails[LEVELS_MAX + 1]; /* by level: a sibling follows below */
};

static void line_duration(const struct line *line, bool utf8, char *ret)
{
	if (line->start_ns)
		duration_text(line->end_ns - line->start_ns, utf8, ret);
	else
		strcpy(ret, "-");
}

static size_t level_of(const struct columns *columns, const struct line *line)
{
	uint32_t depth = line->node->depth;

	return depth < columns->levels ? depth : columns->levels;
}

/* How wide the columns of name and duration would like to be. */
static int measure(struct painter *painter, const struct picture *picture,
		   struct columns *wish)
{
	const struct look *look = &painter->options->look;
	char duration[TIME_TEXT_SIZE];

	for (size_t i = 0; i < picture->n; i++) {
		const struct line *line = &picture->lines[i];
		size_t name, cells;

		if (row_compose(&painter->row, line, look) < 0)
			return -1;
		name = level_of(&painter->columns, line) * BRANCH_CELLS +
		       row_width(&painter->row);
		if (name > wish->name)
			wish->name = name;
		line_duration(line, look->utf8, duration);
		cells = text_width(duration, look->utf8);
		if (cells > wish->duration)
			wish->duration = cells;
	}
	return 0;
}

/* The names get what they wish for as long as the bars keep their share. */
static int lay_out(struct painter *painter, const struct picture *pictures,
		   size_t n)
{
	size_t width = painter->options->width;
	struct columns *columns = &painter->columns;
	struct columns wish = { .duration = DURATION_MIN };
	size_t most;

	columns->levels = (uint32_t)(width / 10);
	if (columns->levels > LEVELS_MAX)
		columns->levels = LEVELS_MAX;
	for (size_t i = 0; i < n; i++)
		if (measure(painter, &pictures[i], &wish) < 0)
			return -1;
	columns->duration = wish.duration;
	most = width - width * BAR_PERCENT / 100 - wish.duration - 2 * GAP;
	columns->name = wish.name < most ? wish.name : most;
	columns->bar = width - columns->name - columns->duration - 2 * GAP;
	return 0;
}

static size_t put_branches(struct painter *painter, const struct line *line)
{
	const struct look *look = &painter->options->look;
	size_t level = level_of(&painter->columns, line);
	struct buf *out = &painter->line;

	painter->rails[level] = !line->last;
	if (!level)
		return 0;
	style_begin(out, STYLE_FAINT, look->color);
	for (size_t i = 1; i < level; i++)
		buf_puts(out, sign_text(painter->rails[i] ? SIGN_RAIL
							  : SIGN_NO_BRANCH,
					look->utf8));
	buf_puts(out, sign_text(line->last ? SIGN_LAST_BRANCH : SIGN_BRANCH,
				look->utf8));
	style_end(out, STYLE_FAINT, look->color);
	return level * BRANCH_CELLS;
}

static void put_duration(struct painter *painter, const struct line *line)
{
	const struct look *look = &painter->options->look;
	char text[TIME_TEXT_SIZE];

	line_duration(line, look->utf8, text);
	put_blanks(&painter->line,
		   painter->columns.duration - text_width(text, look->utf8));
	style_put(&painter->line, look,
		  line->folded ? STYLE_FAINT : STYLE_PLAIN, text,
		  TIME_TEXT_SIZE);
}

static bool is_wait(const struct span_record *span)
{
	return span->type == TYPE_PHASE &&
	       (!strcmp(span->name, "slurm.phase.queued") ||
		!strcmp(span->name, "slurm.phase.deferred"));
}

static void bar_look(const struct line *line, enum bar_fill *ret_fill,
		     enum style *ret_style)
{
	const struct span_record *span = line->node->span;

	*ret_fill = BAR_SOLID;
	*ret_style = span->type == TYPE_OTHER ? STYLE_APP : STYLE_SLURM;
	if (line->folded)
		*ret_fill = BAR_MANY;
	else if (is_wait(span))
		*ret_fill = BAR_WAIT;
	if (span_failed(span))
		*ret_style = STYLE_BAD;
}

static void put_bar(struct painter *painter, const struct trace *trace,
		    const struct line *line)
{
	const struct look *look = &painter->options->look;
	struct bar_scale scale = { trace->start_ns, trace->end_ns,
				   painter->columns.bar };
	enum bar_fill fill;
	enum style style;
	struct bar bar;

	if (!line->start_ns)
		return;
	bar_look(line, &fill, &style);
	bar_place(&scale, line->start_ns, line->end_ns, fill, look->utf8, &bar);
	put_blanks(&painter->line, GAP + bar.blank);
	style_begin(&painter->line, style, look->color);
	bar_put(&painter->line, &bar);
	style_end(&painter->line, style, look->color);
}

static int put_line(struct painter *painter, const struct trace *trace,
		    const struct line *line)
{
	const struct look *look = &painter->options->look;
	struct buf *out = &painter->line;
	size_t cells;

	if (row_compose(&painter->row, line, look) < 0)
		return -1;
	cells = put_branches(painter, line);
	cells += row_put(out, &painter->row, look,
			 painter->columns.name - cells);
	put_blanks(out, painter->columns.name - cells + GAP);
	put_duration(painter, line);
	put_bar(painter, trace, line);
	buf_putc(out, '\n');
	return 0;
}

static int flush(struct painter *painter, FILE *out)
{
	struct buf *line = &painter->line;

	if (line->failed)
		return -1;
	fwrite(line->data, 1, line->len, out);
	buf_clear(line);
	return 0;
}

static int draw_picture(struct painter *painter, const struct picture *picture,
			FILE *out)
{
	draw_header(&painter->line, picture->trace, painter->options);
	for (size_t i = 0; i < picture->n; i++)
		if (put_line(painter, picture->trace, &picture->lines[i]) < 0 ||
		    flush(painter, out) < 0)
			return -1;
	buf_putc(&painter->line, '\n');
	return flush(painter, out);
}

static void put_count(struct painter *painter, size_t n, const char *one,
		      const char *many, enum style style)
{
	const struct look *look = &painter->options->look;
	struct buf *out = &painter->line;

	if (out->len)
		buf_puts(out, ", ");
	style_begin(out, style, look->color);
	buf_printf(out, "%zu %s", n, n == 1 ? one : many);
	style_end(out, style, look->color);
}

static int draw_counts(struct painter *painter, const struct trace_list *list,
		       FILE *out)
{
	size_t spans = 0, failed = 0;

	for (size_t i = 0; i < list->n; i++) {
		spans += list->traces[i].n;
		for (size_t k = 0; k < list->traces[i].n; k++)
			failed += span_failed(list->traces[i].nodes[k].span);
	}
	put_count(painter, list->n, "trace", "traces", STYLE_PLAIN);
	put_count(painter, spans, "span", "spans", STYLE_PLAIN);
	put_count(painter, failed, "failed", "failed",
		  failed ? STYLE_BAD : STYLE_PLAIN);
	buf_putc(&painter->line, '\n');
	return flush(painter, out);
}

static int plan_all(const struct trace_list *list, bool all,
		    struct picture *pictures)
{
	for (size_t i = 0; i < list->n; i++) {
		pictures[i].trace = &list->traces[i];
		if (lines_plan(&list->traces[i], all, &pictures[i].lines,
			       &pictures[i].n) < 0)
			return -1;
	}
	return 0;
}

static int draw_all(struct painter *painter, const struct trace_list *list,
		    struct picture *pictures, FILE *out)
{
	if (plan_all(list, painter->options->all, pictures) < 0 ||
	    lay_out(painter, pictures, list->n) < 0)
		return -1;
	for (size_t i = 0; i < list->n; i++)
		if (draw_picture(painter, &pictures[i], out) < 0)
			return -1;
	return draw_counts(painter, list, out);
}

int draw_traces(FILE *out, const struct trace_list *list,
		const struct draw_options *options, struct err *err)
{
	_cleanup_free_ struct picture *pictures =
		calloc(list->n + 1, sizeof(struct picture));
	struct painter painter = { .options = options };
	int ret = -1;

	if (pictures) {
		ret = draw_all(&painter, list, pictures, out);
		for (size_t i = 0; i < list->n; i++)
			free(pictures[i].lines);
	}
	row_free(&painter.row);
	buf_free(&painter.line);
	return ret < 0 ? err_set(err, "out of memory") : 0;
}
