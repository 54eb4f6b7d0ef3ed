/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The exporter interface: how a batch of stored spans leaves this host.  One
 * source file a protocol implements it; the URL scheme of the endpoint picks
 * which.  The caller (agent or cli) decides when to try again; the exporter
 * only judges what became of one attempt, in one place per protocol.
 */
#ifndef OTEL_OTLP_EXPORTER_H
#define OTEL_OTLP_EXPORTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "config/config.h"
#include "util/err.h"

enum verdict {
	VERDICT_SENT,   /* accepted: never send it again */
	VERDICT_RETRY,  /* not accepted now: the same batch later */
	VERDICT_REJECT, /* refused for good: sending it again is forbidden */
};

struct export_result {
	enum verdict verdict;
	int64_t retry_after_ms; /* what the receiver asked for; -1: nothing */
	uint64_t rejected;      /* spans refused inside an accepted batch */
	bool divisible;         /* REJECT of what was sent, not of the sender:
				 * parts of the batch may be accepted */
	char msg[ERR_SIZE]; /* for the log: status, cause; "" when all is well
			     */
};

/* Spans as they lie in the spool: each a serialised OTLP Span. */
struct batch {
	const struct iovec *spans;
	size_t n_spans;
	const struct resource *resource; /* resource.h */
};

struct exporter;

/*
 * Makes the exporter of one endpoint URL.  config is borrowed for the
 * exporter's life.  Returns NULL with err: unknown scheme, bad URL, a TLS or
 * headers file that can not be used.  Does no network I/O.
 */
struct exporter *exporter_create(const char *endpoint,
				 const struct config *config, struct err *err);
/* NULL is fine; keeps errno. */
void exporter_destroy(struct exporter *exporter);

/*
 * Tries once to deliver the batch, taking config->timeout at most.  Always
 * fills *ret.  One thread at a time per exporter.
 */
void exporter_send(struct exporter *exporter, const struct batch *batch,
		   struct export_result *ret);

/*
 * Has a send ask, about once a second while it waits, whether it is to give
 * up: it then ends with VERDICT_RETRY.  Called from within exporter_send.
 */
void exporter_on_wait(struct exporter *exporter, bool (*give_up)(void *arg),
		      void *arg);

/* Bounds the sends from now on to so many milliseconds where that is less than
 * config->timeout: for a caller about to end.  0: not any more. */
void exporter_limit(struct exporter *exporter, uint64_t limit_ms);

/* The endpoint as configured, user information and query masked; for logs. */
const char *exporter_name(const struct exporter *exporter);

#endif
