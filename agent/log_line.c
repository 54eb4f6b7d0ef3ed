/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes a message as one line; see log_line.h. */
#include "log_line.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "util/clock.h"
#include "util/hex.h"
#include "util/utf8.h"

/* A byte becomes three at the most when it is repaired, six when escaped, and
 * never both. */
#define REPAIRED_SIZE (3 * LOG_TEXT_MAX + 1)
_Static_assert(3 * 6 * LOG_TEXT_MAX + 512 < LOG_LINE_SIZE,
	       "three texts and the rest fit");

static const char *const severities[] = {
	[LOG_LEVEL_ERROR] = "ERROR",
	[LOG_LEVEL_WARNING] = "WARN",
	[LOG_LEVEL_INFO] = "INFO",
	[LOG_LEVEL_DEBUG] = "DEBUG",
};

static char *add(char *at, const char *text)
{
	return stpcpy(at, text);
}

static size_t repair(const char *text, char *ret)
{
	return utf8_repair(text, strnlen(text, LOG_TEXT_MAX), 0, ret);
}

/* The length of a control character at p (C0, DEL; C1 in UTF-8), else 0. */
static size_t control_at(const unsigned char *p)
{
	if (*p < ' ' || *p == 0x7f)
		return 1;
	return *p == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f ? 2 : 0;
}

static char *add_plain(char *at, const char *text)
{
	char clean[REPAIRED_SIZE];
	size_t len = repair(text, clean);

	for (size_t i = 0; i < len;) {
		size_t control = control_at((unsigned char *)clean + i);

		*at++ = control ? ' ' : clean[i];
		i += control ? control : 1;
	}
	*at = '\0';
	return at;
}

/* RFC 8259, section 7; DEL and C1, which terminals act upon, likewise. */
static char *add_escaped(char *at, const char *text)
{
	char clean[REPAIRED_SIZE];
	size_t len = repair(text, clean);

	for (size_t i = 0; i < len;) {
		const unsigned char *p = (unsigned char *)clean + i;
		size_t control = control_at(p);

		if (control) {
			at += sprintf(at, "\\u%04x", p[control - 1]);
			i += control;
			continue;
		}
		if (*p == '"' || *p == '\\')
			*at++ = '\\';
		*at++ = (char)*p;
		i++;
	}
	*at = '\0';
	return at;
}

static char *add_member(char *at, const char *key, const char *value)
{
	if (!value)
		return at;
	at = add(at, ",\"");
	at = add(at, key);
	at = add(at, "\":\"");
	return add(add_escaped(at, value), "\"");
}

/* Hands each id that is there to write, with its name. */
static char *add_ids(char *at, const struct log_span *span,
		     char *(*write)(char *at, const char *key,
				    const char *value))
{
	char hex[TRACE_ID_HEX + 1];

	if (span && trace_id_valid(&span->trace_id)) {
		hex_encode(span->trace_id.b, TRACE_ID_SIZE, hex);
		at = write(at, "trace_id", hex);
	}
	if (span && span_id_valid(&span->span_id)) {
		hex_encode(span->span_id.b, SPAN_ID_SIZE, hex);
		at = write(at, "span_id", hex);
	}
	return at;
}

static char *add_pair(char *at, const char *key, const char *value)
{
	return at + sprintf(at, " %s=%s", key, value);
}

void log_line_text(const struct log_message *message, char *ret)
{
	add_ids(add_plain(ret, message->body), message->span, add_pair);
}

void log_line_time(uint64_t time_ns, char *ret, size_t size)
{
	time_t seconds = (time_t)(time_ns / NS_PER_SECOND);
	char day[24] = "";
	struct tm tm;

	if (gmtime_r(&seconds, &tm))
		strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(ret, size, "%s.%03uZ", day,
		 (unsigned)(time_ns % NS_PER_SECOND / 1000000));
}

void log_line_json(const struct log_message *message, char *ret)
{
	char stamp[32];
	char *at = ret;

	log_line_time(message->time_ns, stamp, sizeof(stamp));
	at += sprintf(at, "{\"timestamp\":\"%s\",\"severity_text\":\"%s\"",
		      stamp, severities[message->level]);
	at = add_member(at, "body", message->body);
	at = add_member(at, "service.name", message->service);
	at += sprintf(at, ",\"pid\":%d", (int)message->pid);
	at = add_member(at, "spool", message->spool);
	at = add_ids(at, message->span, add_member);
	add(at, "}");
}
