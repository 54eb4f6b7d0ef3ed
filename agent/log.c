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
#include <unistd.h>

#include "log_fallback.h"
#include "log_syslog.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/utf8.h"

#define PROGRAM "slurm-otel-agent"
#define LOG_FILE_MODE 0600
#define SERVICE_SIZE 256

static struct log {
	bool foreground;
	enum log_level level;
	enum log_format format;
	char service[SERVICE_SIZE];
	const char *path; /* NULL: no file */
	bool made;        /* by us, so it is ours to give away */
	int fd;
	int syslog_fd;     /* -1: not connected */
	const char *spool; /* NULL: not known yet */
	int spool_fd;      /* -1: not open yet */
	int fallback_fd;   /* -1: not needed yet */
} the_log = {
	.foreground = true,
	.level = LOG_LEVEL_INFO,
	.fd = -1,
	.syslog_fd = -1,
	.spool_fd = -1,
	.fallback_fd = -1,
};

static const struct {
	int priority;
	const char *name;
} levels[] = {
	[LOG_LEVEL_ERROR] = { LOG_ERR, "error" },
	[LOG_LEVEL_WARNING] = { LOG_WARNING, "warning" },
	[LOG_LEVEL_INFO] = { LOG_INFO, "info" },
	[LOG_LEVEL_DEBUG] = { LOG_DEBUG, "debug" },
};

static void close_one(int *fd)
{
	cleanup_closep(fd);
	*fd = -1;
}

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
	close_one(&the_log.fd);
	the_log.fd = fd;
}

void log_close(void)
{
	close_one(&the_log.fd);
	close_one(&the_log.syslog_fd);
	close_one(&the_log.fallback_fd);
	the_log.spool_fd = -1;
}

void log_give(uid_t uid, gid_t gid)
{
	/* where it fails the open file still serves; only a reopen will not */
	if (the_log.made && fchown(the_log.fd, uid, gid) < 0)
		log_say(LOG_LEVEL_WARNING, "log file %s: chown: %m",
			the_log.path);
}

void log_spool(const char *path, int spool_fd)
{
	the_log.spool = path;
	the_log.spool_fd = spool_fd;
}

void log_configure(const struct config *config)
{
	the_log.level = config->log_level;
	the_log.format = config->log_format;
	snprintf(the_log.service, sizeof(the_log.service), "%s",
		 config->service_name ? config->service_name : "");
}

/* One write, so that the lines of several agents do not mix.  A log that can
 * not be written has nowhere to say so. */
static void write_line(int fd, char *line)
{
	size_t len = strlen(line);

	line[len] = '\n';
	if (write(fd, line, len + 1) < 0)
		len = 0;
	line[len] = '\0';
}

/* The line as a file shows it: text has time and level before it. */
static void dated(const struct log_message *message, const char *line,
		  char *ret, size_t size)
{
	char stamp[32];

	log_line_time(message->time_ns, stamp, sizeof(stamp));
	snprintf(ret, size, "%s %s[%d] %s: %s", stamp, PROGRAM,
		 (int)message->pid, levels[message->level].name, line);
}

static void to_daemons_log(const struct log_message *message, const char *line,
			   char *file_line)
{
	int priority = LOG_DAEMON | levels[message->level].priority;
	size_t len;

	if (log_syslog_send(&the_log.syslog_fd, LOG_SYSLOG_PATH, priority,
			    PROGRAM, line) == 0)
		return;
	if (the_log.fd >= 0 || !the_log.spool)
		return;
	len = strlen(file_line);
	file_line[len++] = '\n';
	log_fallback_write(&the_log.fallback_fd, the_log.spool_fd,
			   the_log.spool, file_line, len);
	file_line[len - 1] = '\0';
}

static void emit(const struct log_message *message)
{
	char line[LOG_LINE_SIZE], file_line[LOG_LINE_SIZE + 96];

	if (the_log.format == LOG_FORMAT_JSON) {
		log_line_json(message, line);
		snprintf(file_line, sizeof(file_line), "%s", line);
	} else {
		log_line_text(message, line);
		dated(message, line, file_line, sizeof(file_line) - 1);
	}
	if (!the_log.foreground)
		to_daemons_log(message, line, file_line);
	else if (the_log.format == LOG_FORMAT_JSON)
		fprintf(stderr, "%s\n", line);
	else
		fprintf(stderr, "%s: %s: %s\n", PROGRAM,
			levels[message->level].name, line);
	if (the_log.fd >= 0)
		write_line(the_log.fd, file_line);
}

void log_vsay_about(const struct log_span *span, enum log_level level,
		    const char *fmt, va_list ap)
{
	int saved = errno;
	char body[LOG_TEXT_MAX];
	const struct log_message message = {
		.time_ns = clock_unix_ns(),
		.level = level,
		.body = body,
		.span = span,
		.service = *the_log.service ? the_log.service : NULL,
		.spool = the_log.spool,
		.pid = getpid(),
	};

	if (level > the_log.level)
		return;
	utf8_vprint(body, sizeof(body), fmt, ap);
	emit(&message);
	errno = saved;
}

void log_say(enum log_level level, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_vsay_about(NULL, level, fmt, ap);
	va_end(ap);
}

void log_say_about(const struct log_span *span, enum log_level level,
		   const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_vsay_about(span, level, fmt, ap);
	va_end(ap);
}
