/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The receivers, in the order of preference: the first one that is not in its
 * backoff is used, so a failure moves on to the next, and the end of the
 * backoff moves back.
 */
#ifndef OTEL_AGENT_ENDPOINTS_H
#define OTEL_AGENT_ENDPOINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "log.h"
#include "otlp/exporter.h"
#include "retry.h"

struct endpoint {
	struct exporter *exporter;
	unsigned failures;   /* in a row */
	uint64_t not_before; /* clock_ms; 0: at any time */
	struct log_cause outage;
};

struct endpoints {
	struct endpoint *list;
	size_t n;
	struct retry_policy policy;
};

/* config is borrowed.  Returns NULL with err when an endpoint can not be used.
 */
struct endpoints *endpoints_create(const struct config *config,
				   struct err *err);
void endpoints_destroy(struct endpoints *endpoints);

/* See exporter_on_wait. */
void endpoints_on_wait(struct endpoints *endpoints, bool (*give_up)(void *arg),
		       void *arg);

/* The endpoint to use now; NULL when all are in their backoff, and *ret_next
 * is then when the first one leaves it. */
struct endpoint *endpoints_pick(struct endpoints *endpoints, uint64_t now,
				uint64_t *ret_next);

/* The endpoint answered: it is well, whatever it thought of the batch. */
void endpoint_answered(struct endpoint *endpoint);
/* It did not take the batch: begins or lengthens its backoff, and logs. */
void endpoint_failed(struct endpoints *endpoints, struct endpoint *endpoint,
		     const struct export_result *result, uint64_t now);

#endif
