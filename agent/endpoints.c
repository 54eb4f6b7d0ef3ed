/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The receivers, and which one is asked; see endpoints.h. */
#include "endpoints.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "clock.h"

/* ---- life ---------------------------------------------------------------- */

static size_t count(strlist list)
{
	size_t n = 0;

	while (list && list[n])
		n++;
	return n;
}

static bool is_known(const struct endpoint *list, size_t n, uint64_t id)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].id == id)
			return true;
	return false;
}

static int fill(struct endpoints *endpoints, const struct config *config,
		struct err *err)
{
	struct err cause;

	for (size_t i = 0; i < endpoints->n; i++) {
		struct endpoint *endpoint = &endpoints->list[i];
		const char *url = config->endpoint[i];

		endpoint->index = i;
		endpoint->id = XXH3_64bits(url, strlen(url));
		if (is_known(endpoints->list, i, endpoint->id))
			return err_set(err,
				       "Endpoint: number %zu is there twice",
				       i + 1);
		endpoint->exporter = exporter_create(url, config, &cause);
		if (!endpoint->exporter)
			return err_set(err, "Endpoint: number %zu: %s", i + 1,
				       cause.msg);
	}
	return 0;
}

static void take_policy(struct endpoints *endpoints,
			const struct config *config)
{
	endpoints->policy = config->endpoint_policy;
	endpoints->breaker = (struct breaker_policy){
		.retry = { .initial_ms = config->retry_initial_delay,
			   .max_ms = config->retry_max_delay },
		.threshold = config->circuit_breaker_threshold,
		.reset_ms = config->circuit_breaker_reset,
	};
}

struct endpoints *endpoints_create(const struct config *config, struct err *err)
{
	struct endpoints *endpoints;
	size_t n = count(config->endpoint);

	if (!n || n > ENDPOINTS_MAX) {
		errno = EINVAL;
		err_set(err, "Endpoint: %zu of them; 1 to %d are possible", n,
			ENDPOINTS_MAX);
		return NULL;
	}
	endpoints = calloc(1, sizeof(*endpoints));
	if (endpoints)
		endpoints->list = calloc(n, sizeof(*endpoints->list));
	if (!endpoints || !endpoints->list) {
		endpoints_destroy(endpoints);
		errno = ENOMEM;
		err_set(err, "no memory for endpoints");
		return NULL;
	}
	endpoints->n = n;
	take_policy(endpoints, config);
	if (fill(endpoints, config, err) == 0)
		return endpoints;
	endpoints_destroy(endpoints);
	return NULL;
}

void endpoints_destroy(struct endpoints *endpoints)
{
	int saved = errno;

	if (!endpoints)
		return;
	for (size_t i = 0; i < endpoints->n; i++)
		exporter_destroy(endpoints->list[i].exporter);
	free(endpoints->list);
	free(endpoints);
	errno = saved;
}

struct endpoints endpoints_view(const struct endpoints *all, size_t first,
				size_t n)
{
	struct endpoints view = *all;

	view.list += first;
	view.n = n;
	view.turn = 0;
	view.refused = 0;
	if (n == 1)
		view.policy = ENDPOINT_FAILOVER;
	return view;
}

bool endpoints_fan_out(const struct endpoints *endpoints)
{
	return endpoints->policy == ENDPOINT_ALL && endpoints->n > 1;
}

void endpoints_on_wait(struct endpoints *endpoints, bool (*give_up)(void *arg),
		       void *arg)
{
	for (size_t i = 0; i < endpoints->n; i++)
		exporter_on_wait(endpoints->list[i].exporter, give_up, arg);
}

/* ---- whom to ask --------------------------------------------------------- */

void endpoints_batch_done(struct endpoints *endpoints)
{
	endpoints_new_range(endpoints);
	if (endpoints->policy == ENDPOINT_ROUND_ROBIN)
		endpoints->turn = (endpoints->turn + 1) % endpoints->n;
}

void endpoints_new_range(struct endpoints *endpoints)
{
	endpoints->refused = 0;
}

static size_t place(const struct endpoints *endpoints,
		    const struct endpoint *endpoint)
{
	return (size_t)(endpoint - endpoints->list);
}

void endpoints_note_refusal(struct endpoints *endpoints,
			    const struct endpoint *endpoint)
{
	endpoints->refused |= UINT64_C(1) << place(endpoints, endpoint);
}

struct endpoint *endpoints_refuser(const struct endpoints *endpoints)
{
	if (!endpoints->refused)
		return NULL;
	return &endpoints->list[__builtin_ctzll(endpoints->refused)];
}

struct endpoint *endpoints_pick(struct endpoints *endpoints, uint64_t now,
				uint64_t *ret_next)
{
	uint64_t next = TIME_NEVER;

	for (size_t i = 0; i < endpoints->n; i++) {
		size_t at = (endpoints->turn + i) % endpoints->n;
		struct endpoint *endpoint = &endpoints->list[at];

		if (endpoints->refused >> at & 1)
			continue;
		if (breaker_allows(&endpoint->breaker, now)) {
			/* and what it refuses is offered to the one after it */
			if (endpoints->policy == ENDPOINT_ROUND_ROBIN)
				endpoints->turn = at;
			return endpoint;
		}
		next = time_earlier(next, endpoint->breaker.not_before);
	}
	*ret_next = next;
	return NULL;
}

size_t endpoints_batch_limit(struct endpoints *endpoints, uint64_t now)
{
	const struct endpoint *endpoint;
	uint64_t next;

	if (endpoints_fan_out(endpoints))
		return SIZE_MAX; /* its queue tries it */
	endpoints_new_range(endpoints);
	endpoint = endpoints_pick(endpoints, now, &next);
	return endpoint && endpoint->refuses_us ? 1 : SIZE_MAX;
}

bool endpoint_well(const struct endpoint *endpoint)
{
	return !endpoint->breaker.failures;
}

/* ---- one request --------------------------------------------------------- */

bool refusal_of_sender(const struct export_result *result)
{
	return result->verdict == VERDICT_REJECT && !result->divisible;
}

static void say_opened(struct endpoint *endpoint)
{
	log_cause_say(
		&endpoint->opening, LOG_LEVEL_WARNING,
		"%s: the circuit breaker opens after %u failures; the endpoint is left alone, and then one request at a time tries whether it is well",
		exporter_name(endpoint->exporter), endpoint->breaker.failures);
}

static void succeeded(struct endpoint *endpoint)
{
	endpoint->refuses_us = false;
	if (breaker_succeeded(&endpoint->breaker))
		log_cause_over(&endpoint->opening,
			       "%s: the circuit breaker is closed again",
			       exporter_name(endpoint->exporter));
	log_cause_over(&endpoint->outage, "%s answers again",
		       exporter_name(endpoint->exporter));
}

static void failed(const struct endpoints *endpoints, struct endpoint *endpoint,
		   const struct export_result *result)
{
	const char *name = exporter_name(endpoint->exporter);

	endpoint->refuses_us = refusal_of_sender(result);
	if (endpoint->refuses_us)
		log_cause_say(
			&endpoint->outage, LOG_LEVEL_ERROR,
			"%s refuses us: %s; single spans try from now on whether this was mended",
			name, result->msg);
	else
		log_cause_say(&endpoint->outage, LOG_LEVEL_WARNING,
			      "%s does not take spans: %s; they stay in the "
			      "spool and are sent again",
			      name, result->msg);
	if (breaker_failed(&endpoint->breaker, &endpoints->breaker, clock_ms(),
			   result->retry_after_ms, retry_random()))
		say_opened(endpoint);
}

void endpoint_send(struct endpoints *endpoints, struct endpoint *endpoint,
		   const struct batch *batch, struct export_result *ret)
{
	breaker_begin(&endpoint->breaker);
	exporter_send(endpoint->exporter, batch, ret);
	if (ret->rejected > batch->n_spans)
		ret->rejected = batch->n_spans; /* it can not count */
	if (ret->verdict == VERDICT_RETRY || refusal_of_sender(ret))
		failed(endpoints, endpoint, ret);
	else
		succeeded(endpoint); /* whatever it thought of the batch */
}
