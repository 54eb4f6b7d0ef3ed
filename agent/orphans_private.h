/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of orphans.h: orphans.c says when to look and goes over open/,
 * orphans_close.c deals with one record. */
#ifndef OTEL_AGENT_ORPHANS_PRIVATE_H
#define OTEL_AGENT_ORPHANS_PRIVATE_H

#include "log.h"
#include "orphans.h"
#include "util/buf.h"

/* In one go; then signals and spans have their turn. */
#define CLOSED_MAX 256

struct orphans {
	int spool_fd;
	int dir_fd; /* -1: there is no open/ */
	const struct config *config;
	uint8_t boot_id[BOOT_ID_SIZE];
	uint64_t alive_ns; /* when the agent before us last did something */
	uint64_t seen_ns;  /* the last death we were told of */
	uint64_t look_at;
	bool look_again; /* SETTLE_AGAIN_MS after that */
	uint64_t closed, damaged;
	struct buf record, span; /* reused */
	struct log_cause trouble;
	bool said_damaged;
};

struct look {
	unsigned closed;
	bool over;   /* no further record in this go */
	bool more;   /* because CLOSED_MAX was reached */
	bool failed; /* something stays that should go */
};

/* Looks at the record of that name: closes it, removes it or lets it be. */
void orphans_look_at(struct orphans *orphans, const char *name,
		     struct look *look);

#endif
