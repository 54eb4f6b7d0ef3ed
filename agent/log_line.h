/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One message of the agent's log as one line, text or JSON.  Does no I/O.
 *
 * JSON: an object with the keys timestamp (RFC 3339, UTC, milliseconds),
 * severity_text (OpenTelemetry's log data model, "Displaying Severity": ERROR,
 * WARN, INFO, DEBUG), body, service.name, pid, spool, and trace_id and span_id
 * where the message is about one span or trace.
 */
#ifndef OTEL_AGENT_LOG_LINE_H
#define OTEL_AGENT_LOG_LINE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "config/config.h"
#include "trace/ids.h"

/* What a message is about.  An id that is all zero is not shown. */
struct log_span {
	struct trace_id trace_id;
	struct span_id span_id;
};

struct log_message {
	uint64_t time_ns; /* Unix */
	enum log_level level;
	const char *body;            /* any bytes */
	const struct log_span *span; /* NULL: none */
	const char *service, *spool; /* NULL: not known yet; any bytes */
	pid_t pid;
};

/* Bytes of each text that are shown; longer ones are cut. */
#define LOG_TEXT_MAX 1024
#define LOG_LINE_SIZE 32768

/*
 * Write the line to ret (LOG_LINE_SIZE bytes), with a NUL and without a
 * newline in or after it: ill-formed UTF-8 is repaired, control characters are
 * escaped (JSON) or blanks (text).  Text is the body and the ids alone.
 */
void log_line_text(const struct log_message *message, char *ret);
void log_line_json(const struct log_message *message, char *ret);

/* "2026-11-21T06:26:47.123Z"; size 32 will do. */
void log_line_time(uint64_t time_ns, char *ret, size_t size);

#endif
