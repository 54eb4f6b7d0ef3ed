/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The agent's log: standard error in the foreground, the system log as a daemon
 * (where there is none, a bounded file in the spool: log_fallback.h), and a
 * file where one was asked for.  Each cause of trouble is said once when it
 * starts and once when it is over.
 */
#ifndef OTEL_AGENT_LOG_H
#define OTEL_AGENT_LOG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "config/config.h"
#include "log_line.h"
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
/* The spool's path, which is borrowed for good; and its directory, which is
 * borrowed until log_close or -1: where a daemon's messages go when nothing
 * else takes them. */
void log_spool(const char *path, int spool_fd);
/* Takes LogLevel, LogFormat and ServiceName; copies what it needs. */
void log_configure(const struct config *config);

void log_say(enum log_level level, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* As log_say, about one span or one trace; NULL: about none. */
void log_say_about(const struct log_span *span, enum log_level level,
		   const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void log_vsay_about(const struct log_span *span, enum log_level level,
		    const char *fmt, va_list ap)
	__attribute__((format(printf, 3, 0)));

/* One cause of trouble.  Zeroed: no trouble. */
struct log_cause {
	bool active;
	uint64_t since_ms;
	uint64_t times;
};

/* Logs the first time; afterwards counts, and logs at debug level only. */
void log_cause_say(struct log_cause *cause, enum log_level level,
		   const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void log_cause_say_about(struct log_cause *cause, const struct log_span *span,
			 enum log_level level, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* The trouble is over: says so, with how long and how often, if there was. */
void log_cause_over(struct log_cause *cause, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
