/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state of a host's spools for programs; see status_view.h. */
#include "config.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "cli/status_view.h"
#include "util/clock.h"
#include "util/utf8.h"

/* ---- pieces: a failed allocation is remembered in *failed ---------------- */

struct json {
	struct json_object *object;
	bool *failed;
};

static void add(struct json to, const char *key, struct json_object *value)
{
	if (!to.object || json_object_object_add(to.object, key, value) < 0) {
		json_object_put(value);
		*to.failed = true;
	}
}

static void add_number(struct json to, const char *key, uint64_t value)
{
	struct json_object *number = json_object_new_int64(
		value > INT64_MAX ? INT64_MAX : (int64_t)value);

	if (!number)
		*to.failed = true;
	add(to, key, number);
}

static void add_flag(struct json to, const char *key, bool value)
{
	add(to, key, json_object_new_boolean(value));
}

static struct json_object *new_text(const char *text)
{
	char clean[3 * 1024 + 1];
	size_t len = utf8_repair(text, strnlen(text, 1024), 0, clean);

	return json_object_new_string_len(clean, (int)len);
}

static void add_text(struct json to, const char *key, const char *text)
{
	struct json_object *string = new_text(text);

	if (!string)
		*to.failed = true;
	add(to, key, string);
}

/* Seconds with their nanoseconds, which a double does not hold. */
static void add_seconds(struct json to, const char *key, uint64_t ns)
{
	const uint64_t second = NS_PER_SECOND;
	struct json_object *number;
	char text[40];

	snprintf(text, sizeof(text), "%llu.%09llu",
		 (unsigned long long)(ns / second),
		 (unsigned long long)(ns % second));
	number = json_object_new_double_s((double)ns / (double)second, text);
	if (!number)
		*to.failed = true;
	add(to, key, number);
}

/* null: never. */
static void add_time(struct json to, const char *key, uint64_t ns)
{
	if (ns)
		add_seconds(to, key, ns);
	else
		add(to, key, NULL);
}

static struct json add_object(struct json to, const char *key)
{
	struct json_object *object = json_object_new_object();

	if (!object)
		*to.failed = true;
	add(to, key, object);
	return (struct json){ object, to.failed };
}

static struct json add_array(struct json to, const char *key)
{
	struct json_object *array = json_object_new_array();

	if (!array)
		*to.failed = true;
	add(to, key, array);
	return (struct json){ array, to.failed };
}

static void push(struct json to, struct json_object *value)
{
	if (!to.object || !value ||
	    json_object_array_add(to.object, value) < 0) {
		json_object_put(value);
		*to.failed = true;
	}
}

/* ---- what there is to say ------------------------------------------------ */

static const char *circuit_name(uint64_t state)
{
	switch (state) {
	case CIRCUIT_CLOSED:
		return "closed";
	case CIRCUIT_HALF_OPEN:
		return "half-open";
	case CIRCUIT_OPEN:
		return "open";
	default:
		return "unknown";
	}
}

static void add_agent(struct json to, const struct spool_status *spool)
{
	const struct agent_metrics *metrics = &spool->metrics.agent;
	struct json agent = add_object(to, "agent");

	add_flag(agent, "running", spool->served);
	if (spool->pid)
		add_number(agent, "pid", (uint64_t)spool->pid);
	else
		add(agent, "pid", NULL);
	add_time(agent, "started", metrics->started_ns);
	add_number(agent, "starts", metrics->starts);
	add_number(agent, "reloads", metrics->reloads);
	add_number(agent, "orphans_closed", metrics->orphans);
	add_number(agent, "orphans_damaged", metrics->orphans_damaged);
	add_number(agent, "comments_set", metrics->comments_set);
	add_number(agent, "comments_failed", metrics->comments_failed);
}

static void add_waiting(struct json to, const struct spool_status *spool)
{
	struct json waiting = add_object(to, "waiting");

	add_number(waiting, "spans", spool->waiting.spans);
	add_number(waiting, "records", spool->waiting.records);
	add_time(waiting, "oldest", spool->waiting.oldest_ns);
	add_number(waiting, "bytes", spool->stats.bytes);
	add_number(waiting, "segments", spool->stats.segments);
	add_number(to, "in_bad", spool->aside.spans);
	waiting = add_object(to, "queues");
	add_number(waiting, "spans", spool->queues.waiting.spans);
	add_time(waiting, "oldest", spool->queues.waiting.oldest_ns);
	add_number(waiting, "bytes", spool->queues.bytes);
	add_number(waiting, "dropped", spool->queues.lost);
}

static void add_spans(struct json to, const struct spool_status *spool)
{
	const struct agent_metrics *metrics = &spool->metrics.agent;
	struct json spans = add_object(to, "spans"), dropped;

	add_number(spans, "created", spool->created);
	add_number(spans, "exported", metrics->exported);
	add_number(spans, "repeated", metrics->repeated);
	add_number(spans, "unsettled", metrics->unsettled);
	add_number(spans, "set_aside", metrics->refused);
	add_number(spans, "unknown", metrics->unknown);
	dropped = add_object(spans, "dropped");
	add_number(dropped, "spool_full", spool->stats.dropped_records);
	add_number(dropped, "write_failed", spool->stats.failed_records);
	add_number(dropped, "torn", spool->stats.torn_runs);
	add_number(dropped, "rejected", metrics->rejected);
	add_number(dropped, "refused", metrics->lost);
	add_number(spans, "torn_bytes", spool->stats.torn_bytes);
	add_time(spans, "last_loss", spool->loss_ns);
}

static void add_duration(struct json to, const struct histogram *histogram)
{
	struct json duration = add_object(to, "duration"), buckets;

	add_number(duration, "count", histogram_count(histogram));
	add_seconds(duration, "sum", histogram->sum_ns);
	add_seconds(duration, "mean", histogram_mean(histogram));
	add_seconds(duration, "p50", histogram_quantile(histogram, 0.5));
	add_seconds(duration, "p99", histogram_quantile(histogram, 0.99));
	buckets = add_array(duration, "buckets");
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		bool *failed = to.failed;
		struct json bucket = { json_object_new_object(), failed };

		if (i < HISTOGRAM_BOUNDS)
			add_seconds(bucket, "le", histogram_bounds[i]);
		else
			add(bucket, "le", NULL);
		add_number(bucket, "count", histogram->buckets[i]);
		push(buckets, bucket.object);
	}
}

static void add_endpoint(struct json to,
			 const struct endpoint_metrics *endpoint)
{
	struct json object = { json_object_new_object(), to.failed }, part;

	add_text(object, "endpoint", endpoint->name);
	add_flag(object, "configured", endpoint->configured);
	add_text(object, "circuit", circuit_name(endpoint->circuit));
	add_number(object, "failures", endpoint->failures);
	part = add_object(object, "exports");
	add_number(part, "sent", endpoint->sent);
	add_number(part, "retry", endpoint->retry);
	add_number(part, "reject", endpoint->reject);
	part = add_object(object, "spans");
	add_number(part, "exported", endpoint->exported);
	add_number(part, "rejected", endpoint->rejected);
	add_number(part, "refused", endpoint->refused);
	add_number(object, "bytes", endpoint->bytes);
	add_duration(object, &endpoint->duration);
	add_time(object, "last_success", endpoint->success_ns);
	add_time(object, "last_error", endpoint->error_ns);
	add_text(object, "error", endpoint->error);
	push(to, object.object);
}

static void add_spool(struct json to, const struct spool_status *spool)
{
	struct json object = { json_object_new_object(), to.failed };
	struct json endpoints;

	add_text(object, "name", spool->name);
	add_text(object, "path", spool->path);
	if (*spool->problem) {
		add_text(object, "problem", spool->problem);
		push(to, object.object);
		return;
	}
	add_agent(object, spool);
	add_waiting(object, spool);
	add_spans(object, spool);
	endpoints = add_array(object, "endpoints");
	for (size_t i = 0; i < METRICS_ENDPOINTS; i++)
		if (status_shows(&spool->metrics.endpoints[i]))
			add_endpoint(endpoints, &spool->metrics.endpoints[i]);
	push(to, object.object);
}

static void add_finding(const char *sentence, void *arg)
{
	struct json *to = arg;

	push(*to, new_text(sentence));
}

static void fill(const struct status_view *view, struct json top)
{
	struct json spools, findings;

	add_text(top, "version", PACKAGE_VERSION);
	add_time(top, "time", view->now_ns);
	add_text(top, "spool_dir", view->spool_dir);
	add_number(top, "spool_max_size", view->limit);
	findings = add_array(top, "attention");
	status_findings(view, add_finding, &findings);
	spools = add_array(top, "spools");
	for (size_t i = 0; i < view->host->n; i++)
		add_spool(spools, &view->host->spools[i]);
}

int status_json(const struct status_view *view, bool pretty, struct buf *out)
{
	const int flags =
		JSON_C_TO_STRING_NOSLASHESCAPE |
		(pretty ? JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED
			: JSON_C_TO_STRING_PLAIN);
	bool failed = false;
	struct json top = { json_object_new_object(), &failed };
	const char *text;

	fill(view, top);
	text = top.object ? json_object_to_json_string_ext(top.object, flags)
			  : NULL;
	if (!text || failed) {
		json_object_put(top.object);
		return -1;
	}
	buf_puts(out, text);
	buf_putc(out, '\n');
	json_object_put(top.object);
	return out->failed ? -1 : 0;
}
