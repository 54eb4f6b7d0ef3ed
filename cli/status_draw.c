/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Draws the state of a host's spools; see status_view.h. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/status_view.h"
#include "cli/table.h"
#include "cli/text.h"
#include "cli/time_text.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define SIZE_TEXT 32

static const struct column spool_columns[] = {
	{ "SPOOL", false, true },    { "AGENT", false, false },
	{ "WAITING", true, false },  { "SIZE", true, false },
	{ "OLDEST", true, false },   { "CREATED", true, false },
	{ "EXPORTED", true, false }, { "SET ASIDE", true, false },
	{ "LOST", true, false },
};

static const struct column endpoint_columns[] = {
	{ "ENDPOINT", false, true }, { "SPOOL", false, true },
	{ "STATE", false, false },   { "EXPORTED", true, false },
	{ "REFUSED", true, false },  { "SENT", true, false },
	{ "RETRIED", true, false },  { "MEAN", true, false },
	{ "P99", true, false },      { "LAST SENT", false, false },
};

bool status_shows(const struct endpoint_metrics *endpoint)
{
	return *endpoint->name && (endpoint->configured || endpoint->sent ||
				   endpoint->retry || endpoint->reject);
}

static void size_text(uint64_t bytes, char *ret)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	double value = (double)bytes;
	size_t i = 0;

	for (; value >= 1000 && i < N(units) - 1; i++)
		value /= 1024;
	snprintf(ret, SIZE_TEXT, "%.*f %s", i && value < 10 ? 1 : 0, value,
		 units[i]);
}

static void put_number(struct table *table, enum style style, uint64_t n)
{
	table_put(table, n ? style : STYLE_FAINT, "%" PRIu64, n);
}

static uint64_t lost(const struct spool_status *spool)
{
	return spool->stats.dropped_records + spool->stats.failed_records +
	       spool->stats.torn_runs + spool->metrics.agent.rejected +
	       spool->metrics.agent.lost;
}

static void put_agent(struct table *table, const struct spool_status *spool)
{
	if (!spool->served)
		table_put(table,
			  spool->waiting.records ? STYLE_BAD : STYLE_FAINT,
			  "not running");
	else if (spool->pid)
		table_put(table, STYLE_GOOD, "pid %d", (int)spool->pid);
	else
		table_put(table, STYLE_GOOD, "running");
}

static void put_spool(struct table *table, const struct status_view *view,
		      const struct spool_status *spool, bool utf8)
{
	uint64_t oldest = spool->waiting.oldest_ns;
	char size[SIZE_TEXT], limit[SIZE_TEXT], age[TIME_TEXT_SIZE] = "-";

	table_put(table, STYLE_TITLE, "%s", spool->name);
	if (*spool->problem) {
		table_put(table, STYLE_BAD, "not readable");
		for (size_t i = 2; i < N(spool_columns); i++)
			table_put(table, STYLE_FAINT, "?");
		return;
	}
	size_text(spool->stats.bytes, size);
	size_text(view->limit, limit);
	if (oldest)
		duration_text(view->now_ns > oldest ? view->now_ns - oldest : 0,
			      utf8, age);
	put_agent(table, spool);
	put_number(table, STYLE_PLAIN, spool->waiting.spans);
	table_put(table, STYLE_PLAIN, "%s of %s", size, limit);
	table_put(table, oldest ? STYLE_PLAIN : STYLE_FAINT, "%s", age);
	put_number(table, STYLE_PLAIN, spool->created);
	put_number(table, STYLE_PLAIN, spool->metrics.agent.exported);
	put_number(table, STYLE_NOTE, spool->metrics.agent.refused);
	put_number(table, STYLE_BAD, lost(spool));
}

static void put_duration(struct table *table, uint64_t ns, bool utf8)
{
	char text[TIME_TEXT_SIZE] = "-";

	if (ns)
		duration_text(ns, utf8, text);
	table_put(table, ns ? STYLE_PLAIN : STYLE_FAINT, "%s", text);
}

/* Inside the first bucket any figure would be a guess. */
static void put_quantile(struct table *table, const struct histogram *histogram,
			 bool utf8)
{
	uint64_t ns = histogram_quantile(histogram, 0.99);

	if (ns && ns <= histogram_bounds[0])
		table_put(table, STYLE_PLAIN, "< 5 ms");
	else
		put_duration(table, ns, utf8);
}

/* In words for people: of a circuit, "closed" is the good state. */
static const char *state_text(const struct endpoint_metrics *endpoint)
{
	if (!endpoint->configured)
		return "unused";
	switch (endpoint->circuit) {
	case CIRCUIT_CLOSED:
		return endpoint->failures ? "failing" : "well";
	case CIRCUIT_HALF_OPEN:
		return "probed";
	case CIRCUIT_OPEN:
		return "left alone";
	default:
		return "unknown";
	}
}

static enum style state_style(const struct endpoint_metrics *endpoint)
{
	if (!endpoint->configured)
		return STYLE_FAINT;
	return endpoint->circuit == CIRCUIT_CLOSED && !endpoint->failures
		       ? STYLE_GOOD
		       : STYLE_BAD;
}

static void put_endpoint(struct table *table, const struct spool_status *spool,
			 const struct endpoint_metrics *endpoint, bool utf8)
{
	char when[TIME_TEXT_SIZE] = "never";

	table_put(table, STYLE_TITLE, "%s", endpoint->name);
	table_put(table, STYLE_PLAIN, "%s", spool->name);
	table_put(table, state_style(endpoint), "%s", state_text(endpoint));
	put_number(table, STYLE_PLAIN, endpoint->exported);
	put_number(table, STYLE_BAD, endpoint->refused + endpoint->rejected);
	put_number(table, STYLE_PLAIN, endpoint->sent);
	put_number(table, STYLE_NOTE, endpoint->retry);
	put_duration(table, histogram_mean(&endpoint->duration), utf8);
	put_quantile(table, &endpoint->duration, utf8);
	if (endpoint->success_ns)
		clock_text(endpoint->success_ns, when);
	table_put(table, endpoint->success_ns ? STYLE_PLAIN : STYLE_FAINT, "%s",
		  when);
}

static void draw_spools(const struct status_view *view, const struct look *look,
			size_t width, struct buf *out)
{
	struct table table;

	table_init(&table, spool_columns, N(spool_columns));
	for (size_t i = 0; i < view->host->n; i++)
		put_spool(&table, view, &view->host->spools[i], look->utf8);
	if (table.n)
		table_draw(&table, look, width, out);
	out->failed |= table.failed;
	table_free(&table);
}

static void draw_endpoints(const struct status_view *view,
			   const struct look *look, size_t width,
			   struct buf *out)
{
	struct table table;

	table_init(&table, endpoint_columns, N(endpoint_columns));
	for (size_t i = 0; i < view->host->n; i++) {
		const struct spool_status *spool = &view->host->spools[i];

		for (size_t j = 0; j < METRICS_ENDPOINTS && !*spool->problem;
		     j++)
			if (status_shows(&spool->metrics.endpoints[j]))
				put_endpoint(&table, spool,
					     &spool->metrics.endpoints[j],
					     look->utf8);
	}
	if (table.n) {
		buf_putc(out, '\n');
		table_draw(&table, look, width, out);
	}
	out->failed |= table.failed;
	table_free(&table);
}

struct drawing {
	const struct look *look;
	struct buf *out;
	size_t n;
};

/* Not cut to the width: it says why something is wrong. */
static void draw_finding(const char *sentence, void *arg)
{
	struct drawing *drawing = arg;

	if (!drawing->n++)
		buf_putc(drawing->out, '\n');
	style_put(drawing->out, drawing->look, STYLE_BAD,
		  sign_text(SIGN_FAILED, drawing->look->utf8), 4);
	text_put(drawing->out, sentence, 1000, drawing->look->utf8);
	buf_putc(drawing->out, '\n');
}

void status_draw(const struct status_view *view, const struct look *look,
		 size_t width, struct buf *out)
{
	struct drawing drawing = { look, out, !view->host->n };

	draw_spools(view, look, width, out);
	draw_endpoints(view, look, width, out);
	status_findings(view, draw_finding, &drawing);
}
