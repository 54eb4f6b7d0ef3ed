/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The receivers, and which of them gets the next request.  Each has one retry
 * state, its circuit breaker, whatever pipeline sends to it.
 *
 *   failover     the first in order that may be asked: a failure moves on to
 *                the next, and the end of the rest moves back
 *   round_robin  another one for each batch, those that rest passed over
 *   all          every one gets every span: see behind.h
 *
 * A refusal that is about the sender (no right, wrong path) counts as a failure
 * of the endpoint.  The same spans are not sent there again, but another
 * endpoint may be asked; and until the endpoint accepts something it gets
 * batches of one span, so that little is refused.
 */
#ifndef OTEL_AGENT_ENDPOINTS_H
#define OTEL_AGENT_ENDPOINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "breaker.h"
#include "config/config.h"
#include "log.h"
#include "otlp/exporter.h"

struct endpoint {
	struct exporter *exporter;
	size_t index; /* in otel.conf, from 0 */
	uint64_t id;  /* hash of the URL: names its queue in behind/ */
	struct breaker breaker;
	bool refuses_us; /* the last failure was a refusal of the sender */
	struct log_cause outage, opening;
};

#define ENDPOINTS_MAX 64

/* Endpoints as one pipeline uses them: all of them, or some. */
struct endpoints {
	struct endpoint *list; /* shared by all views */
	size_t n;
	struct breaker_policy breaker;
	enum endpoint_policy policy;
	size_t turn;      /* round_robin: where to begin to look */
	uint64_t refused; /* bit i: list[i] refused the spans in hand */
};

/* config is borrowed.  Returns NULL with err when an endpoint can not be used.
 */
struct endpoints *endpoints_create(const struct config *config,
				   struct err *err);
void endpoints_destroy(struct endpoints *endpoints);

/* The n endpoints from first on, the policy among them being failover where n
 * is 1.  Valid as long as `all`; never destroyed. */
struct endpoints endpoints_view(const struct endpoints *all, size_t first,
				size_t n);

/* Every span goes to every endpoint, of which there are several. */
bool endpoints_fan_out(const struct endpoints *endpoints);

/* See exporter_on_wait. */
void endpoints_on_wait(struct endpoints *endpoints, bool (*give_up)(void *arg),
		       void *arg);

/* A batch is settled: it is the next endpoint's turn. */
void endpoints_batch_done(struct endpoints *endpoints);
/* Other spans than before are to be sent: nobody has refused these. */
void endpoints_new_range(struct endpoints *endpoints);
/* This one refused what is in hand and is not asked again. */
void endpoints_note_refusal(struct endpoints *endpoints,
			    const struct endpoint *endpoint);
/* Somebody who has; NULL: nobody. */
struct endpoint *endpoints_refuser(const struct endpoints *endpoints);

/* The endpoint to use now; NULL when none may be asked, and *ret_next is then
 * when the first one may (TIME_NEVER: all have refused). */
struct endpoint *endpoints_pick(struct endpoints *endpoints, uint64_t now,
				uint64_t *ret_next);

/* How many spans the next batch may have at most, for whom pick would find. */
size_t endpoints_batch_limit(struct endpoints *endpoints, uint64_t now);

/* May be asked now, and did not fail when it was asked last. */
bool endpoint_well(const struct endpoint *endpoint);

/* One request to it: see exporter_send.  Moves the breaker; ret->rejected is no
 * more than the spans of the batch. */
void endpoint_send(struct endpoints *endpoints, struct endpoint *endpoint,
		   const struct batch *batch, struct export_result *ret);

/* It refuses whatever we send, and not this batch. */
bool refusal_of_sender(const struct export_result *result);

#endif
