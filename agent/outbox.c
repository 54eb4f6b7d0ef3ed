/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The batch in hand; see outbox.h. */
#include "config.h"

#include "outbox.h"

#include <stdlib.h>

#include "util/cleanup.h"

#define BYTES_KEPT (1024 * 1024)
#define FIRST_CAP 64

void outbox_reset(struct outbox *outbox)
{
	if (outbox->bytes.cap > BYTES_KEPT)
		buf_free(&outbox->bytes);
	buf_clear(&outbox->bytes);
	outbox->n = 0;
	outbox->moved = false;
}

void outbox_free(struct outbox *outbox)
{
	buf_free(&outbox->bytes);
	cleanup_freep(&outbox->spans);
	cleanup_freep(&outbox->job_ids);
	*outbox = (struct outbox){ .bytes = BUF_INIT };
}

bool outbox_full(const struct outbox *outbox, const struct outbox_limit *limit,
		 size_t len)
{
	size_t bytes = OUTBOX_EXTRA + outbox->bytes.len + len +
		       (outbox->n + 1) * OUTBOX_SPAN_EXTRA;

	return outbox->n >= limit->spans || (outbox->n && bytes > limit->bytes);
}

void outbox_pass(struct outbox *outbox, const struct spool_record *record)
{
	outbox->moved = true;
	outbox->segment = record->segment;
	outbox->end = record->end;
}

static int grow(struct outbox *outbox)
{
	size_t cap = outbox->cap ? outbox->cap * 2 : FIRST_CAP;
	struct iovec *spans;
	uint32_t *job_ids;

	spans = reallocarray(outbox->spans, cap, sizeof(*spans));
	if (!spans)
		return -1;
	outbox->spans = spans;
	job_ids = reallocarray(outbox->job_ids, cap, sizeof(*job_ids));
	if (!job_ids)
		return -1;
	outbox->job_ids = job_ids;
	outbox->cap = cap;
	return 0;
}

int outbox_add(struct outbox *outbox, const struct spool_record *record)
{
	if (outbox->n == outbox->cap && grow(outbox) < 0)
		return -1;
	if (buf_reserve(&outbox->bytes, record->len) < 0) {
		outbox->bytes.failed = false;
		return -1;
	}
	buf_append(&outbox->bytes, record->payload, record->len);
	outbox->spans[outbox->n].iov_base = NULL; /* bytes may still move */
	outbox->spans[outbox->n].iov_len = record->len;
	outbox->job_ids[outbox->n] = record->job_id;
	outbox->n++;
	outbox_pass(outbox, record);
	return 0;
}

void outbox_seal(struct outbox *outbox)
{
	size_t at = 0;

	for (size_t i = 0; i < outbox->n; i++) {
		outbox->spans[i].iov_base = outbox->bytes.data + at;
		at += outbox->spans[i].iov_len;
	}
}
