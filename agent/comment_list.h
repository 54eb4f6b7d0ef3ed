/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The comments that wait to be set: a bounded list in order of arrival. */
#ifndef OTEL_AGENT_COMMENT_LIST_H
#define OTEL_AGENT_COMMENT_LIST_H

#include <stddef.h>
#include <stdint.h>

#include "spool/spool.h"

struct comment {
	struct comment *next;
	uint32_t job_id;
	unsigned failures;
	uint64_t since;      /* clock_ms of its arrival */
	uint64_t not_before; /* clock_ms of its next attempt */
	char *context;       /* in text: as the plugin wrote it */
	char *cluster;       /* in text: "" when not known */
	char text[];
};

struct comment_list {
	struct comment *first;
	size_t n;
};

/*
 * Makes a comment of a record ("<context>\n<cluster>\n<restart>\n") and puts
 * it at the end; a job that waits already is replaced.  Returns NULL and adds
 * nothing when the record is malformed, the list is full or there is no memory.
 */
struct comment *comment_list_add(struct comment_list *list,
				 const struct spool_record *record,
				 uint64_t now);
/* The first one that may be tried now; NULL when none, and *ret_next is then
 * when one may (TIME_NEVER: none waits). */
struct comment *comment_list_due(const struct comment_list *list, uint64_t now,
				 uint64_t *ret_next);
/* Takes it out and frees it. */
void comment_list_remove(struct comment_list *list, struct comment *comment);
void comment_list_clear(struct comment_list *list);

#endif
