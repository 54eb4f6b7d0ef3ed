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

/* What a request holds beside a span and once for all of them, at most: tags
 * and lengths, resource excluded. */
#define OUTBOX_SPAN_EXTRA 6
#define OUTBOX_EXTRA 256

/* How large the batch may become: spans, and bytes of the request. */
struct outbox_limit {
	size_t spans, bytes;
};

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

/* True when a span of so many bytes does not fit any more.  An empty outbox
 * takes one of any size. */
bool outbox_full(const struct outbox *outbox, const struct outbox_limit *limit,
		 size_t len);

/* Remembers the place of a record without keeping it. */
void outbox_pass(struct outbox *outbox, const struct spool_record *record);
/* Copies a span and passes its place.  Returns -1 when there is no memory. */
int outbox_add(struct outbox *outbox, const struct spool_record *record);
/* Before the spans are looked at; nothing is added afterwards. */
void outbox_seal(struct outbox *outbox);

#endif
