/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The batch in hand: spans copied out of the spool, on their way to a
 * receiver, with the place in the spool that may be committed once all of
 * them are settled.
 */
#ifndef OTEL_AGENT_OUTBOX_H
#define OTEL_AGENT_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "spool/spool.h"
#include "util/buf.h"

/* No batch holds more than this, whatever MaxExportBatchSize says. */
#define OUTBOX_BYTES_MAX (4 * 1024 * 1024)

struct outbox {
	struct buf bytes;    /* the spans, one after the other */
	struct iovec *spans; /* into bytes, once sealed; grows up to cap */
	uint32_t *job_ids;
	size_t n, cap;
	bool moved;       /* segment and end are set */
	uint64_t segment; /* where the last record read ends */
	uint64_t end;
};

/* Empties; gives much memory back, keeps little. */
void outbox_reset(struct outbox *outbox);
void outbox_free(struct outbox *outbox);

/* True when no further record of any size would fit. */
bool outbox_full(const struct outbox *outbox, size_t max_spans);

/* Remembers the place of a record without keeping it. */
void outbox_pass(struct outbox *outbox, const struct spool_record *record);
/* Copies a span and passes its place.  Returns -1 when there is no memory. */
int outbox_add(struct outbox *outbox, const struct spool_record *record);
/* Before the spans are looked at; nothing is added afterwards. */
void outbox_seal(struct outbox *outbox);

#endif
