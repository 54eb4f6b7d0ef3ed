/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One line a cause; see log_once.h. */
#include "host/log_once.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

bool log_once(struct log_once *once, const char *message)
{
	uint64_t cause = XXH3_64bits(message, strlen(message)) | 1;

	if (once->cause == cause) {
		once->suppressed++;
		return false;
	}
	once->cause = cause;
	once->suppressed = 0;
	return true;
}

bool log_once_clear(struct log_once *once, uint64_t *ret_suppressed)
{
	if (!once->cause)
		return false;
	*ret_suppressed = once->suppressed;
	once->cause = 0;
	once->suppressed = 0;
	return true;
}
