/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One record's header, as spool.h draws it: made, read back, verified. */
#ifndef OTEL_SPOOL_RECORD_H
#define OTEL_SPOOL_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spool/spool.h"

#define SPOOL_VERSION 1
#define SPOOL_MAGIC "OTL1"
#define SPOOL_MAGIC_SIZE 4
#define SPOOL_RECORD_MAX (SPOOL_HEADER_SIZE + SPOOL_PAYLOAD_MAX)

struct spool_header {
	uint8_t version;
	uint8_t kind;
	uint32_t len; /* of the payload */
	uint32_t job_id;
	uint64_t time_ns;
};

static inline void spool_put_le(uint8_t *ret, uint64_t value, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		ret[i] = (uint8_t)(value >> (8 * i));
}

static inline uint64_t spool_get_le(const uint8_t *data, unsigned size)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < size; i++)
		value |= (uint64_t)data[i] << (8 * i);
	return value;
}

/* XXH3 of two pieces as if they were one. */
uint64_t spool_checksum(const void *a, size_t a_len, const void *b,
			size_t b_len);

/* Writes SPOOL_HEADER_SIZE bytes to ret; payload holds header->len bytes. */
void spool_header_encode(const struct spool_header *header, const void *payload,
			 uint8_t *ret);

/*
 * Reads a header of SPOOL_HEADER_SIZE bytes.  Returns false, ret untouched,
 * when no version of this format could have written it: the checksum is not
 * looked at yet.
 */
bool spool_header_decode(const uint8_t *data, struct spool_header *ret);

/* Does the checksum hold?  data holds the header and its payload of len. */
bool spool_record_verify(const uint8_t *data, size_t len);

#endif
