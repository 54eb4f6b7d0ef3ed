/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts what each endpoint does; see metrics.h. */
#include <string.h>

#include "clock.h"
#include "metrics_private.h"

#define NO_SLOT METRICS_ENDPOINTS

/* Cuts between characters. */
static void copy_text(char *ret, const char *text)
{
	size_t len = strlen(text);

	if (len >= METRICS_TEXT_SIZE) {
		len = METRICS_TEXT_SIZE - 1;
		while (len && ((unsigned char)text[len] & 0xc0) == 0x80)
			len--;
	}
	memset(ret, 0, METRICS_TEXT_SIZE);
	memcpy(ret, text, len);
}

/* ---- slots -------------------------------------------------------------- */

/* A free slot, else that of the endpoint that left the configuration first. */
static size_t spare_slot(const struct metrics *metrics)
{
	const struct endpoint_metrics *list = metrics->data.endpoints;
	size_t best = NO_SLOT;

	for (size_t i = 0; i < METRICS_ENDPOINTS; i++) {
		if (!*list[i].name)
			return i;
		if (!list[i].configured &&
		    (best == NO_SLOT || list[i].used_ns < list[best].used_ns))
			best = i;
	}
	return best;
}

/* The endpoint's slot, or NO_SLOT.  name is as copy_text made it. */
static size_t known_slot(const struct metrics *metrics, const char *name)
{
	for (size_t slot = 0; slot < METRICS_ENDPOINTS; slot++)
		if (!strcmp(metrics->data.endpoints[slot].name, name))
			return slot;
	return NO_SLOT;
}

/* The same, taking a spare one where it has none. */
static size_t find_slot(struct metrics *metrics, const char *endpoint)
{
	char name[METRICS_TEXT_SIZE];
	struct endpoint_metrics *entry;
	size_t slot;

	copy_text(name, endpoint);
	slot = known_slot(metrics, name);
	if (slot == NO_SLOT) {
		slot = spare_slot(metrics);
		if (slot == NO_SLOT)
			return NO_SLOT;
		entry = &metrics->data.endpoints[slot];
		memset(entry, 0, sizeof(*entry));
		memcpy(entry->name, name, sizeof(name));
	}
	return slot;
}

static void configure(struct metrics *metrics, const char *endpoint)
{
	size_t slot = find_slot(metrics, endpoint);
	struct endpoint_metrics *entry;

	if (slot == NO_SLOT)
		return;
	entry = &metrics->data.endpoints[slot];
	entry->configured = 1;
	entry->used_ns = clock_unix_ns();
	/* its failures were those of an exporter that is gone */
	entry->failures = 0;
	entry->circuit = CIRCUIT_CLOSED;
}

/* Those that have a slot first: a new one must not take it. */
void metrics_aim(struct metrics *metrics, const struct config *config,
		 const struct endpoints *endpoints)
{
	struct endpoint_metrics *list = metrics->data.endpoints;
	char name[METRICS_TEXT_SIZE];

	metrics->config = config;
	for (size_t i = 0; i < METRICS_ENDPOINTS; i++)
		list[i].configured = 0;
	for (size_t i = 0; i < endpoints->n; i++) {
		size_t slot;

		copy_text(name, exporter_name(endpoints->list[i].exporter));
		slot = known_slot(metrics, name);
		if (slot != NO_SLOT)
			list[slot].configured = 1;
	}
	for (size_t i = 0; i < endpoints->n; i++)
		configure(metrics, exporter_name(endpoints->list[i].exporter));
	for (size_t i = 0; i < METRICS_ENDPOINTS; i++)
		if (*list[i].name)
			metrics_put_slot(metrics, i);
	metrics->news = true;
}

void metrics_circuit(struct metrics *metrics, const char *endpoint,
		     enum circuit_state state)
{
	size_t slot = find_slot(metrics, endpoint);

	if (slot == NO_SLOT ||
	    metrics->data.endpoints[slot].circuit == (uint64_t)state)
		return;
	metrics->data.endpoints[slot].circuit = state;
	metrics->news = true;
	metrics_put_slot(metrics, slot);
}

/* ---- attempts ----------------------------------------------------------- */

static uint64_t count_bytes(const struct batch *batch)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < batch->n_spans; i++)
		bytes += batch->spans[i].iov_len;
	return bytes;
}

static void count_failure(struct endpoint_metrics *endpoint,
			  const struct export_result *result, uint64_t now)
{
	copy_text(endpoint->error, result->msg);
	endpoint->error_ns = now;
}

static void count_verdict(struct endpoint_metrics *endpoint,
			  const struct batch *batch,
			  const struct export_result *result, uint64_t now)
{
	endpoint->used_ns = now;
	if (*result->msg)
		count_failure(endpoint, result, now);
	switch (result->verdict) {
	case VERDICT_SENT:
		endpoint->sent++;
		endpoint->failures = 0;
		endpoint->success_ns = now;
		endpoint->exported += batch->n_spans - result->rejected;
		endpoint->rejected += result->rejected;
		endpoint->bytes += count_bytes(batch);
		break;
	case VERDICT_RETRY:
		endpoint->retry++;
		endpoint->failures++;
		break;
	case VERDICT_REJECT:
		endpoint->reject++;
		/* what it refuses of us all is a failure of its own */
		endpoint->failures += !result->divisible;
		break;
	}
}

void metrics_attempt_begins(struct metrics *metrics)
{
	metrics->begun = clock_monotonic_ns();
}

void metrics_endpoint_attempt(struct metrics *metrics, const char *endpoint,
			      const struct batch *batch,
			      const struct export_result *result)
{
	size_t slot = find_slot(metrics, endpoint);
	struct endpoint_metrics *entry;

	if (slot == NO_SLOT)
		return;
	entry = &metrics->data.endpoints[slot];
	histogram_add(&entry->duration, clock_monotonic_ns() - metrics->begun);
	count_verdict(entry, batch, result, clock_unix_ns());
	metrics_put_slot(metrics, slot);
}

void metrics_endpoint_refused(struct metrics *metrics, const char *endpoint,
			      uint64_t spans)
{
	size_t slot = find_slot(metrics, endpoint);

	if (slot == NO_SLOT)
		return;
	metrics->data.endpoints[slot].refused += spans;
	metrics_put_slot(metrics, slot);
}
