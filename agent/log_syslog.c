/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Talks to the system log; see log_syslog.h. */
#include "log_syslog.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "util/cleanup.h"

static int connect_as(int type, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	_cleanup_close_ int fd =
		socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || strlen(path) >= sizeof(address.sun_path))
		return -1;
	strcpy(address.sun_path, path);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -1;
	return take_fd(&fd);
}

static int reconnect(int *fd, const char *path)
{
	cleanup_closep(fd);
	*fd = connect_as(SOCK_DGRAM, path);
	if (*fd < 0 && errno == EPROTOTYPE)
		*fd = connect_as(SOCK_STREAM, path);
	return *fd < 0 ? -1 : 0;
}

/* The NUL ends a message where the socket is a stream. */
static int send_parts(int fd, const char *head, const char *text)
{
	struct iovec parts[2] = {
		{ (void *)head, strlen(head) },
		{ (void *)text, strlen(text) + 1 },
	};
	const struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
	size_t len = parts[0].iov_len + parts[1].iov_len;

	return sendmsg(fd, &message, MSG_NOSIGNAL) == (ssize_t)len ? 0 : -1;
}

int log_syslog_send(int *fd, const char *path, int priority,
		    const char *program, const char *text)
{
	time_t now = time(NULL);
	char head[128], stamp[32] = "";
	struct tm tm;

	if (localtime_r(&now, &tm))
		strftime(stamp, sizeof(stamp), "%b %e %H:%M:%S", &tm);
	snprintf(head, sizeof(head), "<%d>%s %s[%d]: ", priority, stamp,
		 program, (int)getpid());
	if (*fd >= 0 && send_parts(*fd, head, text) == 0)
		return 0;
	/* a log that was started anew has another socket */
	if (reconnect(fd, path) < 0)
		return -1;
	return send_parts(*fd, head, text);
}
