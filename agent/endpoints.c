/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The receivers in order; see endpoints.h. */
#include "endpoints.h"

#include <errno.h>
#include <stdlib.h>

#include "clock.h"

static size_t count(strlist list)
{
	size_t n = 0;

	while (list && list[n])
		n++;
	return n;
}

static int fill(struct endpoints *endpoints, const struct config *config,
		struct err *err)
{
	struct err cause;

	for (size_t i = 0; i < endpoints->n; i++) {
		endpoints->list[i].exporter =
			exporter_create(config->endpoint[i], config, &cause);
		if (!endpoints->list[i].exporter)
			return err_set(err, "Endpoint: number %zu: %s", i + 1,
				       cause.msg);
	}
	return 0;
}

struct endpoints *endpoints_create(const struct config *config, struct err *err)
{
	struct endpoints *endpoints = calloc(1, sizeof(*endpoints));
	size_t n = count(config->endpoint);

	if (!endpoints || !n)
		goto failed;
	endpoints->list = calloc(n, sizeof(*endpoints->list));
	if (!endpoints->list)
		goto failed;
	endpoints->n = n;
	endpoints->policy.initial_ms = config->retry_initial_delay;
	endpoints->policy.max_ms = config->retry_max_delay;
	if (fill(endpoints, config, err) == 0)
		return endpoints;
	endpoints_destroy(endpoints);
	return NULL;
failed:
	endpoints_destroy(endpoints);
	err_set(err, n ? "no memory for endpoints" : "Endpoint: there is none");
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

void endpoints_on_wait(struct endpoints *endpoints, bool (*give_up)(void *arg),
		       void *arg)
{
	for (size_t i = 0; i < endpoints->n; i++)
		exporter_on_wait(endpoints->list[i].exporter, give_up, arg);
}

struct endpoint *endpoints_pick(struct endpoints *endpoints, uint64_t now,
				uint64_t *ret_next)
{
	uint64_t next = TIME_NEVER;

	for (size_t i = 0; i < endpoints->n; i++) {
		struct endpoint *endpoint = &endpoints->list[i];

		if (endpoint->not_before <= now)
			return endpoint;
		next = time_earlier(next, endpoint->not_before);
	}
	*ret_next = next;
	return NULL;
}

void endpoint_answered(struct endpoint *endpoint)
{
	endpoint->failures = 0;
	endpoint->not_before = 0;
	log_cause_over(&endpoint->outage, "%s answers again",
		       exporter_name(endpoint->exporter));
}

void endpoint_failed(struct endpoints *endpoints, struct endpoint *endpoint,
		     const struct export_result *result, uint64_t now)
{
	uint64_t delay;

	endpoint->failures++;
	delay = retry_delay(&endpoints->policy, endpoint->failures,
			    result->retry_after_ms, retry_random());
	endpoint->not_before = now + delay;
	log_cause_say(&endpoint->outage, LOG_LEVEL_WARNING,
		      "%s does not take spans: %s; they stay in the spool and "
		      "are sent again",
		      exporter_name(endpoint->exporter), result->msg);
}
