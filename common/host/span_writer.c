/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Encodes spans and appends them to a spool; see span_writer.h. */
#include "host/span_writer.h"

#include <errno.h>
#include <stdlib.h>

#include "spool/spool.h"

static int encode_all(struct span *const *spans, size_t n, uint32_t job_id,
		      uint8_t **data, struct spool_entry *entries,
		      struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		if (!spans[i])
			return err_set(err, "out of memory");
		if (span_encode(spans[i], &data[i], &entries[i].len, err) < 0)
			return -1;
		entries[i].kind = SPOOL_SPAN;
		entries[i].job_id = job_id;
		entries[i].payload = data[i];
	}
	return 0;
}

int spans_write(const struct config *config, int spool_fd, uint32_t job_id,
		struct span *const *spans, size_t n, struct err *err)
{
	const struct spool_options options = {
		.max_size = config->spool_max_size,
		.sync = config->spool_sync,
	};
	struct spool_entry entries[SPOOL_APPEND_MAX] = { 0 };
	uint8_t *data[SPOOL_APPEND_MAX] = { NULL };
	int rc = -1;

	if (n > SPOOL_APPEND_MAX)
		return err_set(err, "%zu spans are too many at once", n);
	if (encode_all(spans, n, job_id, data, entries, err) == 0)
		rc = spool_append_all(spool_fd, &options, entries, n, err);
	for (size_t i = 0; i < n; i++)
		free(data[i]);
	return rc;
}

void spans_destroy(struct span **spans, size_t n)
{
	for (size_t i = 0; i < n; i++)
		span_destroy(spans[i]);
}
