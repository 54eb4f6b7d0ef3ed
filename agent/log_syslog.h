/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The system log, over its socket: syslog(3) tells neither whether there is
 * one nor whether it took the message, and waits for one that hangs.
 */
#ifndef OTEL_AGENT_LOG_SYSLOG_H
#define OTEL_AGENT_LOG_SYSLOG_H

#define LOG_SYSLOG_PATH "/dev/log"

/*
 * Sends one message as syslog(3) does (RFC 3164, local form), never waiting.
 * *fd is -1 at first, the connection afterwards, the caller's to close.
 * Returns 0, or -1 when nobody took it: no socket, nobody there, or full.
 */
int log_syslog_send(int *fd, const char *path, int priority,
		    const char *program, const char *text);

#endif
