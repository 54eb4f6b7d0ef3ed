/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The queues of endpoints that are behind, where every endpoint gets every
 * span: the spools behind/<16 hexadecimal digits>/ of a spool, taken together.
 */
#ifndef OTEL_STATUS_QUEUE_STATUS_H
#define OTEL_STATUS_QUEUE_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spool/census.h"
#include "util/err.h"

/* More in one spool are not looked at. */
#define QUEUES_MAX 64
#define QUEUE_NAME_SIZE 17

struct queue_census {
	char name[QUEUE_NAME_SIZE];
	bool seen;
	struct spool_census census;
};

/* Zeroed: nothing was looked at yet. */
struct queue_status {
	struct spool_waiting waiting; /* in all of them */
	uint64_t bytes;
	uint64_t lost; /* records: a queue was full, or the disk */
	size_t n;      /* queues */
	struct queue_census *queues;
};

/* Looks at the queues of a spool, and counts on where it stopped the last
 * time.  Returns 0, or -1 with err. */
int queue_status_update(struct queue_status *status, int spool_fd,
			struct err *err);
void queue_status_free(struct queue_status *status);

#endif
