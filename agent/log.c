/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The agent's log; see log.h. */
#include "config.h"

#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "util/cleanup.h"

#define PROGRAM "slurm-otel-agent"
#define LINE_SIZE 1024
#define LOG_FILE_MODE 0600

static struct log {
	bool foreground;
	enum log_level level;
	const char *path; /* NULL: no file */
	bool made;        /* by us, so it is ours to give away */
	int fd;
} the_log = { .foreground = true, .level = LOG_LEVEL_INFO, .fd = -1 };

static const struct {
	int priority;
	const char *name;
} levels[] = {
	[LOG_LEVEL_ERROR] = { LOG_ERR, "error" },
	[LOG_LEVEL_WARNING] = { LOG_WARNING, "warning" },
	[LOG_LEVEL_INFO] = { LOG_INFO, "info" },
	[LOG_LEVEL_DEBUG] = { LOG_DEBUG, "debug" },
};

static int open_file(const char *path, bool *ret_made, struct err *err)
{
	int flags = O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
	_cleanup_close_ int fd =
		open(path, flags | O_CREAT | O_EXCL, LOG_FILE_MODE);
	bool made = fd >= 0;
	struct stat st;

	if (!made && errno == EEXIST)
		fd = open(path, flags);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set(err, "open log file %s: %m", path);
	if (!S_ISREG(st.st_mode)) {
		errno = EINVAL;
		return err_set(err, "log file %s is not a regular file", path);
	}
	*ret_made = made;
	return take_fd(&fd);
}

int log_open(const char *file, bool foreground, struct err *err)
{
	the_log.foreground = foreground;
	the_log.path = file;
	if (!foreground)
		openlog(PROGRAM, LOG_PID, LOG_DAEMON);
	if (!file)
		return 0;
	the_log.fd = open_file(file, &the_log.made, err);
	return the_log.fd < 0 ? -1 : 0;
}

void log_reopen(void)
{
	int fd = the_log.path ? open_file(the_log.path, &the_log.made, NULL)
			      : -1;

	if (fd < 0)
		return;
	cleanup_closep(&the_log.fd);
	the_log.fd = fd;
}

void log_close(void)
{
	if (!the_log.foreground)
		closelog();
	cleanup_closep(&the_log.fd);
	the_log.fd = -1;
}

void log_give(uid_t uid, gid_t gid)
{
	/* where it fails the open file still serves; only a reopen will not */
	if (the_log.made && fchown(the_log.fd, uid, gid) < 0)
		log_say(LOG_LEVEL_WARNING, "log file %s: chown: %m",
			the_log.path);
}

void log_set_level(enum log_level level)
{
	the_log.level = level;
}

static void write_file(enum log_level level, const char *text)
{
	char line[LINE_SIZE + 64], stamp[32];
	time_t now = time(NULL);
	struct tm tm;
	int n;

	if (!gmtime_r(&now, &tm))
		return;
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &tm);
	n = snprintf(line, sizeof(line), "%s %s[%d] %s: %s\n", stamp, PROGRAM,
		     (int)getpid(), levels[level].name, text);
	/* a log that can not be written has nowhere to say so */
	if (n > 0 && write(the_log.fd, line, (size_t)n) < 0)
		return;
}

__attribute__((format(printf, 2, 0))) static void
say(enum log_level level, const char *fmt, va_list ap)
{
	int saved = errno;
	char text[LINE_SIZE];

	if (level > the_log.level)
		return;
	vsnprintf(text, sizeof(text), fmt, ap);
	if (the_log.foreground)
		fprintf(stderr, "%s: %s: %s\n", PROGRAM, levels[level].name,
			text);
	else
		syslog(levels[level].priority, "%s", text);
	if (the_log.fd >= 0)
		write_file(level, text);
	errno = saved;
}

void log_say(enum log_level level, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(level, fmt, ap);
	va_end(ap);
}

void log_cause_say(struct log_cause *cause, enum log_level level,
		   const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(cause->active ? LOG_LEVEL_DEBUG : level, fmt, ap);
	va_end(ap);
	if (!cause->active) {
		cause->active = true;
		cause->since_ms = clock_ms();
		cause->times = 0;
	}
	cause->times++;
}

void log_cause_over(struct log_cause *cause, const char *fmt, ...)
{
	char text[LINE_SIZE / 2];
	uint64_t ms;
	va_list ap;

	if (!cause->active)
		return;
	cause->active = false;
	ms = clock_ms() - cause->since_ms;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_say(LOG_LEVEL_INFO,
		"%s, after %" PRIu64 ".%" PRIu64 " s and %" PRIu64 " failure%s",
		text, ms / 1000, ms % 1000 / 100, cause->times,
		cause->times == 1 ? "" : "s");
}
