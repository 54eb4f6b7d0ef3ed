/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Says a cause of trouble once when it starts and once when it is over; see
 * log.h. */
#include <inttypes.h>
#include <stdarg.h>

#include "clock.h"
#include "log.h"
#include "util/utf8.h"

__attribute__((format(printf, 4, 0))) static void
cause_say(struct log_cause *cause, const struct log_span *span,
	  enum log_level level, const char *fmt, va_list ap)
{
	log_vsay_about(span, cause->active ? LOG_LEVEL_DEBUG : level, fmt, ap);
	if (!cause->active) {
		cause->active = true;
		cause->since_ms = clock_ms();
		cause->times = 0;
	}
	cause->times++;
}

void log_cause_say(struct log_cause *cause, enum log_level level,
		   const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	cause_say(cause, NULL, level, fmt, ap);
	va_end(ap);
}

void log_cause_say_about(struct log_cause *cause, const struct log_span *span,
			 enum log_level level, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	cause_say(cause, span, level, fmt, ap);
	va_end(ap);
}

void log_cause_over(struct log_cause *cause, const char *fmt, ...)
{
	char text[LOG_TEXT_MAX / 2];
	uint64_t ms;
	va_list ap;

	if (!cause->active)
		return;
	cause->active = false;
	ms = clock_ms() - cause->since_ms;
	va_start(ap, fmt);
	utf8_vprint(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_say(LOG_LEVEL_INFO,
		"%s, after %" PRIu64 ".%" PRIu64 " s and %" PRIu64 " failure%s",
		text, ms / 1000, ms % 1000 / 100, cause->times,
		cause->times == 1 ? "" : "s");
}
