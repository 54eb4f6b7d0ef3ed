/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A record's header; see record.h.  Its bytes 6 and 7 are zero on purpose: a
 * span is full of text that users chose, and text that came through C strings
 * holds no two zero bytes, so nobody can hide a record inside a record and
 * have it found when the outer one is torn.
 */
#include "spool/record.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum {
	AT_VERSION = 4,
	AT_KIND = 5,
	AT_ZERO = 6,
	AT_LEN = 8,
	AT_JOB = 12,
	AT_TIME = 16,
	AT_CHECKSUM = 24,
};

uint64_t spool_checksum(const void *a, size_t a_len, const void *b,
			size_t b_len)
{
	XXH3_state_t state;

	XXH3_64bits_reset(&state);
	XXH3_64bits_update(&state, a, a_len);
	if (b_len)
		XXH3_64bits_update(&state, b, b_len);
	return XXH3_64bits_digest(&state);
}

void spool_header_encode(const struct spool_header *header, const void *payload,
			 uint8_t *ret)
{
	memcpy(ret, SPOOL_MAGIC, SPOOL_MAGIC_SIZE);
	ret[AT_VERSION] = header->version;
	ret[AT_KIND] = header->kind;
	spool_put_le(ret + AT_ZERO, 0, 2);
	spool_put_le(ret + AT_LEN, header->len, 4);
	spool_put_le(ret + AT_JOB, header->job_id, 4);
	spool_put_le(ret + AT_TIME, header->time_ns, 8);
	spool_put_le(ret + AT_CHECKSUM,
		     spool_checksum(ret, AT_CHECKSUM, payload, header->len), 8);
}

bool spool_header_decode(const uint8_t *data, struct spool_header *ret)
{
	uint32_t len = (uint32_t)spool_get_le(data + AT_LEN, 4);

	if (memcmp(data, SPOOL_MAGIC, SPOOL_MAGIC_SIZE) ||
	    spool_get_le(data + AT_ZERO, 2) || len > SPOOL_PAYLOAD_MAX)
		return false;
	ret->version = data[AT_VERSION];
	ret->kind = data[AT_KIND];
	ret->len = len;
	ret->job_id = (uint32_t)spool_get_le(data + AT_JOB, 4);
	ret->time_ns = spool_get_le(data + AT_TIME, 8);
	return true;
}

bool spool_record_verify(const uint8_t *data, size_t len)
{
	return spool_get_le(data + AT_CHECKSUM, 8) ==
	       spool_checksum(data, AT_CHECKSUM, data + SPOOL_HEADER_SIZE, len);
}
