/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where every endpoint gets every span (EndpointPolicy=all), the pipeline of
 * the spool sends each batch to each of them and waits for none.  What an
 * endpoint can not take now goes to a queue of its own, behind/<id>/ in the
 * spool directory, durably before the spool's cursor moves; from there a
 * pipeline of its own delivers it in order.  So a dead endpoint holds back
 * nobody, and no more is in memory than the batch in hand of each pipeline.
 *
 * A queue is a spool (spool/spool.h), of SpoolMaxSize at most; what is lost
 * by that is counted there.  Its bad/ holds what its endpoint alone refused.
 * Queues are made when they are first needed, and emptied whatever the policy
 * is by then; one whose endpoint is no longer configured is delivered to
 * the endpoints that are, by their policy, and removed.
 */
#ifndef OTEL_AGENT_BEHIND_H
#define OTEL_AGENT_BEHIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "endpoints.h"
#include "behind_dir.h"
#include "pipeline.h"
#include "util/err.h"

struct behind;

/* spool is the directory's path and spool_fd its descriptor, both borrowed.
 * Returns NULL with err. */
struct behind *behind_create(const char *spool, int spool_fd, struct err *err);
/* Commits what is settled. */
void behind_destroy(struct behind *behind);

/*
 * Takes a configuration: finds the queues that there are.  target is the main
 * pipeline's, its endpoints being all that are configured; behind in it is not
 * looked at.  What can not be opened is logged, and stays on the disk.
 */
void behind_aim(struct behind *behind, const struct pipeline_target *target);
/* Before the endpoints of the last behind_aim are destroyed. */
void behind_let_go(struct behind *behind);

/* Nothing waits for the endpoint of that index. */
bool behind_empty(const struct behind *behind, size_t endpoint);
/* Appends n spans to its queue.  Returns how many could be appended; err says
 * why not all. */
size_t behind_append(struct behind *behind, size_t endpoint,
		     const struct iovec *spans, const uint32_t *job_ids,
		     size_t n, struct err *err);
/* All that was appended is durable. */
bool behind_flushed(const struct behind *behind);
/* Makes all that was appended durable.  Returns 0, or -1 with err. */
int behind_sync(struct behind *behind, struct err *err);
/* The bad/ of that endpoint, a descriptor that is kept; -1 with err. */
int behind_refused(struct behind *behind, size_t endpoint, struct err *err);

/* Does one thing for each queue; as pipeline_step. */
uint64_t behind_step(struct behind *behind, uint64_t now, bool hurry);
/* Nothing waits in any queue. */
bool behind_idle(const struct behind *behind);
/* Where something waits, it can not go on now. */
bool behind_stuck(const struct behind *behind);

/* The spool's path; and an endpoint's directory below it, for logs:
 * "behind/<id>/". */
#define BEHIND_NAME_SIZE sizeof(BEHIND_DIR "/0123456789abcdef/")
const char *behind_spool(const struct behind *behind);
void behind_name(const struct endpoint *endpoint, char *ret);

#endif
