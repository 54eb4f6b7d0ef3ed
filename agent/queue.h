/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The queue of one endpoint that is behind: a spool in the spool, and the
 * pipeline that empties it.
 */
#ifndef OTEL_AGENT_QUEUE_H
#define OTEL_AGENT_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "endpoints.h"
#include "pipeline.h"
#include "util/err.h"

struct queue {
	uint64_t id;      /* of the endpoint */
	int fd;           /* -1: not open, and nothing below counts */
	int refused_fd;   /* of its bad/; -1: not open */
	char *path;       /* for logs */
	uint64_t flushed; /* segments up to here are durable */
	bool dirty;       /* something was appended since */
	struct pipeline *pipeline;
	struct endpoints endpoints; /* where the pipeline sends */
};

#define QUEUE_CLOSED                                                           \
	{                                                                      \
		.fd = -1, .refused_fd = -1                                     \
	}

/* The directory's name: 16 digits and a NUL. */
#define QUEUE_NAME_SIZE 17
void queue_name(uint64_t id, char *ret);

/*
 * Opens the queue of that id, in the directory dirfd of that path; makes it
 * where it is missing.  Returns 0, or -1 with err; it is closed then.
 */
int queue_open(struct queue *queue, int dirfd, const char *path, uint64_t id,
	       struct err *err);
/* Commits what is settled.  A closed one is fine. */
void queue_close(struct queue *queue);
/* Leaves nothing of it on the disk unless it holds something: spans, refused
 * ones, or the count of lost ones.  Closes it. */
void queue_remove(struct queue *queue, int dirfd);

/* As pipeline_aim; what target says of endpoints is replaced by `endpoints`. */
void queue_aim(struct queue *queue, const struct pipeline_target *target,
	       struct endpoints endpoints);

/* Appends n spans, bounded by max_size.  Returns how many could be appended;
 * err says why not all. */
size_t queue_append(struct queue *queue, uint64_t max_size,
		    const struct iovec *spans, const uint32_t *job_ids,
		    size_t n, struct err *err);
/* Makes what was appended durable.  Returns 0, or -1 with err. */
int queue_sync(struct queue *queue, struct err *err);
/* Its bad/, a descriptor that the queue keeps; -1 with err. */
int queue_refused(struct queue *queue, struct err *err);

#endif
