/* SPDX-License-Identifier: GPL-2.0-or-later */
/* slurm-otel status: what needs attention, tables, JSON. */
#include "cli/status_view.h"

#include <criterion/criterion.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND UINT64_C(1000000000)
#define NOW (1000000 * SECOND)
#define LIMIT 1000000

static struct spool_status spools[2];
static struct host_status host = { spools, 1 };
static const struct status_view view = { &host, "/spool", LIMIT, NOW };
static struct spool_status *const spool = &spools[0];
static struct endpoint_metrics *const endpoint =
	&spools[0].metrics.endpoints[2];

static char said[4096];
static struct buf out = BUF_INIT;

static void setup(void)
{
	strcpy(spools[0].name, "slurmd");
	spools[0].path = "/spool/slurmd";
	strcpy(spools[1].name, "slurmctld");
	spools[1].path = "/spool/slurmctld";
}

static void teardown(void)
{
	buf_free(&out);
}

TestSuite(status_view, .init = setup, .fini = teardown);

static void note(const char *sentence, void *arg)
{
	(void)arg;
	strcat(said, sentence);
	strcat(said, "\n");
}

static void assert_findings(size_t n, const char *expected)
{
	*said = '\0';
	cr_assert_eq(status_findings(&view, note, NULL), n, "%s", said);
	cr_assert_eq(status_findings(&view, NULL, NULL), n);
	cr_assert(strstr(said, expected), "no \"%s\" in:\n%s", expected, said);
}

Test(status_view, no_spool)
{
	host.n = 0;
	assert_findings(1, "there is no spool in /spool");
}

Test(status_view, all_is_well)
{
	assert_findings(0, "");
	/* an agent that is not needed need not run, and a burst may wait */
	spool->served = true;
	spool->waiting = (struct spool_waiting){ 5, 5, NOW - 599 * SECOND };
	spool->stats.bytes = LIMIT / 100 * 80;
	assert_findings(0, "");
	/* an endpoint that left the configuration troubles nobody */
	strcpy(endpoint->name, "http://h");
	endpoint->failures = 3;
	endpoint->circuit = CIRCUIT_OPEN;
	assert_findings(0, "");
}

Test(status_view, spans_wait)
{
	spool->waiting = (struct spool_waiting){ 5, 4, NOW - 601 * SECOND };
	assert_findings(1, "slurmd: no agent runs, and 4 spans wait; they are "
			   "sent once it runs: systemctl start "
			   "slurm-otel-agent@slurmd");
	spool->waiting.spans = 0;
	assert_findings(1,
			"slurmd: no agent runs, and 5 comments of jobs wait");
	spool->served = true;
	assert_findings(1, "slurmd: spans have been waiting for 10m 01s");
	/* a clock that was set back */
	spool->waiting.oldest_ns = NOW + 5;
	assert_findings(0, "");
}

Test(status_view, full)
{
	spool->stats.bytes = LIMIT / 100 * 81;
	assert_findings(1, "slurmd: the spool is 81 % full");
}

Test(status_view, losses_of_a_day)
{
	spool->stats.dropped_records = 7;
	spool->stats.failed_records = 6;
	spool->stats.torn_runs = 5;
	spool->metrics.agent.rejected = 4;
	spool->metrics.agent.refused = 3;
	spool->metrics.agent.lost = 2;
	spool->loss_ns = NOW - 24 * 3600 * SECOND - 1;
	assert_findings(0, "");
	spool->loss_ns++;
	assert_findings(6, "7 spans dropped because the spool was full");
	assert_findings(6, "6 spans that could not be written");
	assert_findings(6, "3 refused spans set aside in bad/");
}

Test(status_view, endpoints_that_fail)
{
	spool->served = true;
	strcpy(endpoint->name, "http://h");
	strcpy(endpoint->error, "HTTP 503");
	endpoint->configured = 1;
	assert_findings(0, "");
	endpoint->failures = 2;
	assert_findings(1, "slurmd: http://h: it did not take the last batch, "
			   "2 attempts in a row failed: HTTP 503");
	endpoint->circuit = CIRCUIT_OPEN;
	assert_findings(1, "slurmd: http://h: 2 attempts in a row failed, and "
			   "it is left alone for a while: HTTP 503");
}

/* The reason stands beside the number. */
Test(status_view, endpoints_that_refuse)
{
	spool->served = true;
	strcpy(endpoint->name, "http://h");
	strcpy(endpoint->error, "HTTP 400: no");
	endpoint->configured = 1;
	endpoint->refused = 3;
	endpoint->rejected = 2;
	endpoint->error_ns = NOW - 24 * 3600 * SECOND - 1;
	assert_findings(0, "");
	endpoint->error_ns++;
	assert_findings(0, "");
	spool->loss_ns = NOW;
	assert_findings(1, "slurmd: http://h: it refused 5 spans; its last "
			   "complaint: HTTP 400: no");
	endpoint->failures = 1;
	assert_findings(1, "1 attempt in a row failed: HTTP 400: no");
}

static void assert_state(const char *state)
{
	buf_clear(&out);
	status_draw(&view, &(struct look){ 0 }, 200, &out);
	buf_putc(&out, '\0');
	cr_assert(strstr((char *)out.data, state), "no %s in:\n%s", state,
		  (char *)out.data);
}

/* In words: "closed" would sound as if nothing could get through. */
Test(status_view, the_state_of_an_endpoint)
{
	strcpy(endpoint->name, "http://h");
	endpoint->configured = 1;
	assert_state("http://h  slurmd  well ");
	endpoint->failures = 2;
	assert_state("http://h  slurmd  failing ");
	endpoint->circuit = CIRCUIT_OPEN;
	assert_state("http://h  slurmd  left alone ");
	endpoint->circuit = CIRCUIT_HALF_OPEN;
	assert_state("http://h  slurmd  probed ");
	endpoint->configured = 0;
	endpoint->sent = 1;
	assert_state("http://h  slurmd  unused ");
}

Test(status_view, unreadable)
{
	host.n = 2;
	strcpy(spools[1].problem, "Permission denied");
	assert_findings(1, "slurmctld: can not be read: Permission denied");
	status_draw(&view, &(struct look){ 0 }, 80, &out);
	buf_putc(&out, '\0');
	cr_assert(strstr((char *)out.data, "slurmctld  not readable"));
}

/* Texts of the file reach the terminal clean, and no line is too long. */
Test(status_view, hostile_names_and_widths)
{
	const struct look look = { .utf8 = true };
	char *line, *rest;

	strcpy(endpoint->name, "http://\x1b[31m/");
	memset(endpoint->name + 12, 'x', 200);
	endpoint->configured = 1;
	status_draw(&view, &look, 100, &out);
	buf_putc(&out, '\0');
	cr_assert_not(strchr((char *)out.data, '\x1b'));
	for (rest = (char *)out.data; (line = strsep(&rest, "\n"));)
		cr_assert_leq(strlen(line), 104, "%s", line);
}

static struct json_object *get(struct json_object *object, const char *key)
{
	struct json_object *value;

	cr_assert(json_object_object_get_ex(object, key, &value), "%s", key);
	return value;
}

static int64_t number(struct json_object *object, const char *key)
{
	return json_object_get_int64(get(object, key));
}

static struct json_object *parse(bool pretty)
{
	struct json_object *top;

	buf_clear(&out);
	cr_assert_eq(status_json(&view, pretty, &out), 0);
	buf_putc(&out, '\0');
	top = json_tokener_parse((char *)out.data);
	cr_assert(top, "%s", (char *)out.data);
	return top;
}

Test(status_view, json)
{
	struct json_object *top, *one, *spans, *list;

	strcpy(endpoint->name, "http://h/\xff");
	endpoint->sent = 9;
	endpoint->exported = UINT64_MAX;
	histogram_add(&endpoint->duration, 1);
	spool->stats.dropped_records = 7;
	spool->created = 70;
	spool->waiting = (struct spool_waiting){ 6, 5, 1500000001 };
	top = parse(false);
	cr_assert_eq(strcspn((char *)out.data, "\n"), out.len - 2, "one line");
	cr_assert_eq(number(top, "spool_max_size"), LIMIT);
	cr_assert_eq(json_object_array_length(get(top, "attention")), 1);
	one = json_object_array_get_idx(get(top, "spools"), 0);
	cr_assert_str_eq(json_object_get_string(get(one, "name")), "slurmd");
	cr_assert_not(
		json_object_get_boolean(get(get(one, "agent"), "running")));
	cr_assert_null(get(get(one, "agent"), "pid"));
	cr_assert_eq(number(get(one, "waiting"), "records"), 6);
	cr_assert_str_eq(
		json_object_get_string(get(get(one, "waiting"), "oldest")),
		"1.500000001");
	spans = get(one, "spans");
	cr_assert_eq(number(spans, "created"), 70);
	cr_assert_eq(number(get(spans, "dropped"), "spool_full"), 7);
	list = get(one, "endpoints");
	cr_assert_eq(json_object_array_length(list), 1);
	one = json_object_array_get_idx(list, 0);
	cr_assert_str_eq(json_object_get_string(get(one, "endpoint")),
			 "http://h/\xef\xbf\xbd");
	cr_assert_str_eq(json_object_get_string(get(one, "circuit")), "closed");
	cr_assert_eq(number(get(one, "spans"), "exported"), INT64_MAX);
	cr_assert_eq(
		json_object_array_length(get(get(one, "duration"), "buckets")),
		HISTOGRAM_BUCKETS);
	json_object_put(top);
	top = parse(true);
	json_object_put(top);
}

Test(status_view, what_was_created)
{
	const struct agent_metrics agent = { .taken = 90, .exported = 117 };
	const struct spool_stats stats = { .dropped_records = 3,
					   .failed_records = 1 };
	const struct spool_waiting waiting = { .spans = 50, .records = 60 };

	cr_assert_eq(spans_created(&agent, &stats, &waiting), 90 + 4 + 50);
}
