/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `arguments` in a node's spool directory: the arguments of plugstack.conf's
 * line, one a line, by which an agent has the same configuration as the plugin
 * in slurmd that wrote them, whoever started that agent, and later ones too.
 * Neither argv nor the environment, which other processes can read, holds them.
 *
 * The directory belongs to the agent's user, and an agent that is still root
 * obeys what is in this file (AgentUser= is a key).  So it is root's own, with
 * one link, and begins with a line that no other file of root's has; the group
 * of the directory may read it.  Where slurmd is not root, it is that user's.
 */
#ifndef OTEL_HOST_ARGUMENTS_H
#define OTEL_HOST_ARGUMENTS_H

#include <stddef.h>

#include "util/err.h"

#define ARGUMENTS_FILE "arguments"
#define ARGUMENTS_MAX 1024         /* of one line of plugstack.conf */
#define ARGUMENTS_MAX_BYTES 262144 /* of the file */

/* { 0 } is none.  list and what it points to are owned. */
struct arguments {
	char **list; /* "Key=value", n of them */
	size_t n;
	char *text; /* what list points into */
	size_t size;
};

/*
 * Makes the file say what list (n of them) says, or removes it when n is 0.
 * One that says it already, to a group that may read it, is left alone.  An
 * agent that runs learns of a change by inotify: see events.h.  Returns 0, or -1
 * with err; then the file says what it said before.
 */
int arguments_store(int spool_fd, char *const *list, size_t n, struct err *err);

/*
 * Reads the file.  Returns 0 and *ret, which is to be cleared; none where there
 * is no file.  -1 with err when it can not be read, is not one that root or we
 * wrote, or is damaged.
 */
int arguments_load(int spool_fd, struct arguments *ret, struct err *err);

/* The value of Config= among them, the first one counting; else NULL. */
const char *arguments_config(const struct arguments *arguments);

/* Overwrites what it frees: there may be a secret in it. */
void arguments_clear(struct arguments *arguments);

#endif
