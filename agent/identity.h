/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose spans these are: the cluster's name and this service instance's. */
#ifndef OTEL_AGENT_IDENTITY_H
#define OTEL_AGENT_IDENTITY_H

#include "options.h"
#include "util/err.h"

struct identity {
	char *cluster;  /* owned; NULL: not known */
	char *instance; /* owned */
};

/*
 * Fills *ret from the options, and where they are silent from the spool: the
 * first line of its file `cluster`, and "<name of the directory>@<host>".
 * Returns -1 with err when there is no memory.  identity_clear frees.
 */
int identity_fill(const struct options *options, int spool_fd,
		  struct identity *ret, struct err *err);
void identity_clear(struct identity *identity);

#endif
