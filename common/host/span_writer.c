/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Encodes spans and appends them to a spool; see span_writer.h. */
#include "host/span_writer.h"

#include <errno.h>
#include <stdlib.h>

#include "spool/hold.h"
#include "spool/spool.h"

/* What encode_all makes; data is the caller's to free, whatever it returned. */
struct encoded {
	struct spool_entry entries[SPOOL_APPEND_MAX];
	uint8_t *data[SPOOL_APPEND_MAX];
};

static int encode_all(struct span *const *spans, size_t n, uint32_t job_id,
		      struct encoded *ret, struct err *err)
{
	struct spool_entry *entries = ret->entries;

	if (n > SPOOL_APPEND_MAX)
		return err_set(err, "%zu spans are too many at once", n);
	for (size_t i = 0; i < n; i++) {
		if (!spans[i])
			return err_set(err, "out of memory");
		if (span_encode(spans[i], &ret->data[i], &entries[i].len, err) <
		    0)
			return -1;
		entries[i].kind = SPOOL_SPAN;
		entries[i].job_id = job_id;
		entries[i].payload = ret->data[i];
	}
	return 0;
}

static void encoded_free(struct encoded *encoded)
{
	for (size_t i = 0; i < SPOOL_APPEND_MAX; i++)
		free(encoded->data[i]);
}

struct spool_options spool_options_of(const struct config *config)
{
	return (struct spool_options){
		.max_size = config->spool_max_size,
		.sync = config->spool_sync,
	};
}

int spans_write(const struct config *config, int spool_fd, uint32_t job_id,
		struct span *const *spans, size_t n, struct err *err)
{
	const struct spool_options options = spool_options_of(config);
	struct encoded encoded = { 0 };
	int rc = encode_all(spans, n, job_id, &encoded, err);

	if (rc == 0)
		rc = spool_append_all(spool_fd, &options, encoded.entries, n,
				      err);
	encoded_free(&encoded);
	return rc;
}

/* Nobody will decide about them any more: failures alone are kept. */
static int write_errors(int spool_fd, const struct spool_options *options,
			struct spool_entry *entries, size_t n, struct err *err)
{
	size_t errors = 0;

	for (size_t i = 0; i < n; i++) {
		if (entries[i].kind != SPOOL_HOLD_ERROR)
			continue;
		entries[errors] = entries[i];
		entries[errors++].kind = SPOOL_SPAN;
	}
	return errors ? spool_append_all(spool_fd, options, entries, errors,
					 err)
		      : 0;
}

int spans_hold(const struct config *config, int spool_fd, uint32_t job_id,
	       struct span *const *spans, size_t n, struct err *err)
{
	const struct spool_options options = spool_options_of(config);
	struct encoded encoded = { 0 };
	int rc = encode_all(spans, n, job_id, &encoded, err);

	for (size_t i = 0; rc == 0 && i < n; i++)
		if (span_is_error(spans[i]))
			encoded.entries[i].kind = SPOOL_HOLD_ERROR;
	if (rc == 0)
		rc = hold_append(spool_fd, &options, encoded.entries, n, err);
	if (rc == 0)
		rc = write_errors(spool_fd, &options, encoded.entries, n, err);
	encoded_free(&encoded);
	return rc < 0 ? -1 : 0;
}

void spans_destroy(struct span **spans, size_t n)
{
	for (size_t i = 0; i < n; i++)
		span_destroy(spans[i]);
}
