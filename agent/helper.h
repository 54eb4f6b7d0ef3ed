/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One run of the program that sets a job's comment: started, bounded in time,
 * and what it said on standard error. */
#ifndef OTEL_AGENT_HELPER_H
#define OTEL_AGENT_HELPER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "util/err.h"

#define HELPER_TIMEOUT_MS 30000

struct helper {
	pid_t pid;        /* 0: none runs */
	int err_fd;       /* its standard error */
	uint64_t kill_at; /* clock_ms */
};

/* How it ended. */
enum helper_end {
	HELPER_DONE,   /* exit status 0 */
	HELPER_LATER,  /* 75, killed by us or by a signal: try again */
	HELPER_FAILED, /* anything else: not possible */
};

/*
 * Starts argv[0] with no input, no output, and no signal blocked or ignored.
 * None may run already.  Returns -1 with err.
 */
int helper_start(struct helper *helper, const char *const *argv, uint64_t now,
		 struct err *err);

/*
 * Looks whether it has ended, and kills it when its time is over.  Returns
 * false while it runs; else fills *ret and *ret_said (its first line, "" when
 * none) and forgets it.
 */
bool helper_ended(struct helper *helper, uint64_t now, enum helper_end *ret,
		  struct err *ret_said);

/* Kills it if it runs, and waits for its end. */
void helper_stop(struct helper *helper);

#endif
