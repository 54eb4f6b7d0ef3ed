/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The header of a trace; see draw.h.  Its items flow like words: job, user,
 * state, duration, start, trace id, on one line where the width allows it.
 */
#include "cli/draw.h"

#include <stdlib.h>
#include <string.h>

#include "cli/label.h"
#include "cli/text.h"
#include "cli/time_text.h"
#include "util/cleanup.h"

/* What a trace is about. */
struct subject {
	const struct span_record *job;   /* last attempt of the first job */
	const struct span_record *first; /* else the first span of any job */
	size_t jobs;                     /* distinct ones, with a root span */
	size_t failed;                   /* of their attempts */
};

struct flow {
	struct buf *out;
	const struct draw_options *options;
	size_t column; /* cells on this line so far */
	size_t lines;  /* full lines before it */
};

static const char *id_of(const struct span_record *span)
{
	const char *id = span->job_id ? span->job_id : span->job_id_raw;

	return id ? id : "";
}

static int compare_ids(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static size_t count_distinct(const char **ids, size_t n)
{
	size_t distinct = n ? 1 : 0;

	if (n)
		qsort(ids, n, sizeof(*ids), compare_ids);
	for (size_t i = 1; i < n; i++)
		distinct += strcmp(ids[i - 1], ids[i]) != 0;
	return distinct;
}

static void find_subject(const struct trace *trace, struct subject *ret)
{
	_cleanup_free_ const char **ids = calloc(trace->n, sizeof(char *));
	size_t n = 0;

	*ret = (struct subject){ 0 };
	for (size_t i = 0; i < trace->n; i++) {
		const struct span_record *span = trace->nodes[i].span;

		if (!ret->first && *id_of(span))
			ret->first = span;
		if (span->type != TYPE_JOB)
			continue;
		ret->failed += span_failed(span);
		if (!ret->job || !strcmp(id_of(ret->job), id_of(span)))
			ret->job = span;
		if (ids)
			ids[n++] = id_of(span);
	}
	ret->jobs = count_distinct(ids, n);
}

/* Puts an item on this line if it fits, else on a line of its own. */
static void flow_put(struct flow *flow, enum style style, const char *text)
{
	const struct draw_options *options = flow->options;
	size_t cells = text_width(text, options->look.utf8);
	const char *dot = sign_text(SIGN_DOT, options->look.utf8);

	if (!*text)
		return;
	if (flow->column && flow->column + DOT_CELLS + cells > options->width) {
		buf_putc(flow->out, '\n');
		flow->column = 0;
		flow->lines++;
	}
	if (flow->column)
		flow->column += style_put(flow->out, &options->look,
					  STYLE_FAINT, dot, DOT_CELLS);
	flow->column += style_put(flow->out, &options->look, style, text,
				  options->width);
}

/* At the right edge when all went on one line. */
static void flow_put_trace(struct flow *flow, const struct trace *trace)
{
	const struct draw_options *options = flow->options;
	char text[sizeof("trace ") + TRACE_ID_HEX] = "trace ";
	size_t cells = strlen(text) + TRACE_ID_HEX;

	trace_id_format(&trace->id, text + strlen(text));
	if (!flow->lines &&
	    flow->column + DOT_CELLS + cells <= options->width) {
		put_blanks(flow->out, options->width - cells - flow->column);
		style_put(flow->out, &options->look, STYLE_FAINT, text, cells);
	} else {
		flow_put(flow, STYLE_FAINT, text);
	}
}

static const char *terminated(struct buf *text)
{
	buf_putc(text, '\0');
	return text->failed ? "" : (const char *)text->data;
}

static void put_title(struct flow *flow, const struct trace *trace,
		      const struct subject *subject)
{
	_cleanup_buf_ struct buf title = BUF_INIT;

	if (subject->jobs > 1)
		buf_printf(&title, "%zu jobs", subject->jobs);
	else if (subject->job)
		label_name(subject->job, &title);
	else if (subject->first)
		buf_printf(&title, "job %s", id_of(subject->first));
	else
		label_name(trace->nodes[0].span, &title);
	flow_put(flow, STYLE_TITLE, terminated(&title));
}

static enum style state_style(const struct span_record *job)
{
	if (span_failed(job))
		return STYLE_BAD;
	return span_quiet(job) ? STYLE_GOOD : STYLE_NOTE;
}

static void put_state(struct flow *flow, const struct subject *subject)
{
	_cleanup_buf_ struct buf text = BUF_INIT;

	if (subject->jobs > 1 && subject->failed) {
		buf_printf(&text, "%zu failed", subject->failed);
		flow_put(flow, STYLE_BAD, terminated(&text));
	} else if (subject->jobs == 1 && subject->job->state) {
		flow_put(flow, state_style(subject->job), subject->job->state);
	}
}

static void put_times(struct flow *flow, const struct trace *trace)
{
	char text[TIME_TEXT_SIZE];

	if (!trace->start_ns)
		return;
	duration_text(trace->end_ns - trace->start_ns, flow->options->look.utf8,
		      text);
	flow_put(flow, STYLE_PLAIN, text);
	clock_text(trace->start_ns, text);
	flow_put(flow, STYLE_PLAIN, text);
}

void draw_header(struct buf *out, const struct trace *trace,
		 const struct draw_options *options)
{
	struct flow flow = { .out = out, .options = options };
	const struct span_record *who;
	struct subject subject;

	find_subject(trace, &subject);
	who = subject.job ? subject.job : subject.first;
	put_title(&flow, trace, &subject);
	if (who)
		flow_put(&flow, STYLE_PLAIN,
			 who->user        ? who->user
			 : who->user_name ? who->user_name
					  : "");
	put_state(&flow, &subject);
	put_times(&flow, trace);
	flow_put_trace(&flow, trace);
	buf_putc(out, '\n');
}
