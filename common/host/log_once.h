/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Says each cause once: inside a daemon that logs a thousand jobs an hour, a
 * full disk is one line when it starts and one when it ends.
 */
#ifndef OTEL_HOST_LOG_ONCE_H
#define OTEL_HOST_LOG_ONCE_H

#include <stdbool.h>
#include <stdint.h>

/* Zero-initialised: nothing was said.  Not thread-safe: the caller locks. */
struct log_once {
	uint64_t cause;      /* hash of the last message said; 0: none */
	uint64_t suppressed; /* repeats since then */
};

/* True when message is to be logged: another cause than the last one. */
bool log_once(struct log_once *once, const char *message);

/* The trouble is over.  True when there was one; then *ret_suppressed says how
 * many more lines there would have been. */
bool log_once_clear(struct log_once *once, uint64_t *ret_suppressed);

#endif
