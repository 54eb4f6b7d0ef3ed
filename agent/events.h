/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What wakes the agent: a record in the spool (inotify), a signal (signalfd),
 * or a moment it asked for.  With nothing to do there is no timer at all.
 */
#ifndef OTEL_AGENT_EVENTS_H
#define OTEL_AGENT_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "util/err.h"

struct events {
	int inotify_fd; /* -1: the kernel gave none, and we look by the clock */
	int signal_fd;
	int open_fd; /* inotify of open/; -1: not watched */
	bool blind;  /* open/ should be, and can not: look by the clock */
};

/* What happened; set, never cleared, by the functions below. */
struct happened {
	bool spool;      /* a record may have come */
	bool open;       /* a step may have died: see spool/open.h */
	bool spool_gone; /* the directory or its agent.lock was removed */
	bool terminate;  /* SIGTERM, SIGINT */
	bool child;      /* SIGCHLD */
	bool reload;     /* SIGHUP, or the spool's `arguments` changed */
};

/*
 * Blocks the signals it is for (SIGCHLD too) and watches the spool.  Returns
 * -1 with err.  *ret is then untouched.
 */
int events_create(const char *spool, int spool_fd, struct events *ret,
		  struct err *err);
void events_destroy(struct events *events);

/* Watches open/ too, always; dir_fd -1: there is none. */
void events_watch_open(struct events *events, int dir_fd);

/*
 * Waits until something happens or clock_ms reaches until (TIME_NEVER: for
 * ever).  With watch_spool false, what happens in the spool does not wake; it
 * is seen when something else does.
 */
void events_wait(struct events *events, bool watch_spool, uint64_t until,
		 struct happened *ret);
/* Takes what has happened already, and does not wait. */
void events_take(struct events *events, struct happened *ret);

#endif
