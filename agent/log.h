/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The agent's log: standard error in the foreground, syslog as a daemon, and
 * a file where one was asked for.  Each cause of trouble is said once when it
 * starts and once when it is over.
 */
#ifndef OTEL_AGENT_LOG_H
#define OTEL_AGENT_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include <sys/types.h>

#include "config/config.h"
#include "util/err.h"

/*
 * Opens the log.  file may be NULL; it is made with mode 0600 and not followed
 * when it is a symbolic link.  Returns -1 with err when the file can not be
 * opened; the other ways are open even then.
 */
int log_open(const char *file, bool foreground, struct err *err);
/* Opens the file anew, after it was rotated; keeps the old one on failure. */
void log_reopen(void);
void log_close(void);
/* Gives the file, if we made it, to the user the agent is about to become. */
void log_give(uid_t uid, gid_t gid);
void log_set_level(enum log_level level);

void log_say(enum log_level level, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* One cause of trouble.  Zeroed: no trouble. */
struct log_cause {
	bool active;
	uint64_t since_ms;
	uint64_t times;
};

/* Logs the first time; afterwards counts, and logs at debug level only. */
void log_cause_say(struct log_cause *cause, enum log_level level,
		   const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* The trouble is over: says so, with how long and how often, if there was. */
void log_cause_over(struct log_cause *cause, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
