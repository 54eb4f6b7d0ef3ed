/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What wakes the agent; see events.h. */
#include "config.h"

#include "events.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "clock.h"
#include "host/arguments.h"
#include "log.h"
#include "util/cleanup.h"

/* Without inotify (a site's limit of instances): look this often. */
#define BLIND_PAUSE_MS 5000
/* Whoever removes it lets a second agent in. */
#define LOCK_FILE "agent.lock"

static int open_signals(struct err *err)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	if (sigprocmask(SIG_SETMASK, &set, NULL) < 0)
		return err_set(err, "sigprocmask: %m");
	/* whoever started us may have ignored it: waitpid would not work */
	signal(SIGCHLD, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? err_set(err, "signalfd: %m") : fd;
}

/* By descriptor, because the agent's user may not pass the parents' modes. */
static int watch(int inotify_fd, const char *spool, int spool_fd)
{
	const uint32_t mask = IN_CLOSE_WRITE | IN_DELETE | IN_ONLYDIR;
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", spool_fd);
	if (inotify_add_watch(inotify_fd, path, mask) >= 0)
		return 0;
	return inotify_add_watch(inotify_fd, spool, mask) < 0 ? -1 : 0;
}

static int open_inotify(const char *spool, int spool_fd)
{
	_cleanup_close_ int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

	if (fd >= 0 && watch(fd, spool, spool_fd) == 0)
		return take_fd(&fd);
	log_say(LOG_LEVEL_WARNING,
		"inotify: %m; the spool is looked at every %d seconds instead",
		BLIND_PAUSE_MS / 1000);
	return -1;
}

int events_create(const char *spool, int spool_fd, struct events *ret,
		  struct err *err)
{
	int signal_fd = open_signals(err);

	if (signal_fd < 0)
		return -1;
	ret->signal_fd = signal_fd;
	ret->inotify_fd = open_inotify(spool, spool_fd);
	ret->open_fd = -1;
	ret->blind = false;
	return 0;
}

/* A step that ends as it should has unlinked its record before it closes it:
 * IN_EXCL_UNLINK keeps that quiet. */
void events_watch_open(struct events *events, int dir_fd)
{
	const uint32_t mask = IN_CLOSE_WRITE | IN_EXCL_UNLINK | IN_ONLYDIR;
	_cleanup_close_ int fd = -1;
	char path[64];

	if (dir_fd < 0)
		return;
	fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", dir_fd);
	if (fd >= 0 && inotify_add_watch(fd, path, mask) >= 0) {
		events->open_fd = take_fd(&fd);
		return;
	}
	log_say(LOG_LEVEL_WARNING,
		"inotify: %m; steps that were killed are looked for every %d "
		"seconds instead",
		BLIND_PAUSE_MS / 1000);
	events->blind = true;
}

void events_destroy(struct events *events)
{
	cleanup_closep(&events->signal_fd);
	cleanup_closep(&events->inotify_fd);
	cleanup_closep(&events->open_fd);
	events->signal_fd = events->inotify_fd = events->open_fd = -1;
}

static void take_signals(struct events *events, struct happened *ret)
{
	struct signalfd_siginfo info;

	while (read(events->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT)
			ret->terminate = true;
		else if (info.ssi_signo == SIGHUP)
			ret->reload = true;
		else if (info.ssi_signo == SIGCHLD)
			ret->child = true;
	}
}

static void take_inotify_event(const struct inotify_event *event,
			       struct happened *ret)
{
	const char *name = event->len ? event->name : "";

	/* slurmd wrote or removed it: see host/arguments.h */
	if (!strcmp(name, ARGUMENTS_FILE))
		ret->reload = true;
	else if (event->mask & (IN_IGNORED | IN_UNMOUNT))
		ret->spool_gone = true;
	else if (event->mask & IN_Q_OVERFLOW)
		ret->spool = true;
	else if (event->mask & IN_DELETE)
		/* our own descriptor keeps the directory itself alive */
		ret->spool_gone |= !strcmp(name, LOCK_FILE);
	else
		/* every writer ends with such a close: see spool.h */
		ret->spool = true;
}

static void take_inotify(struct events *events, struct happened *ret)
{
	_Alignas(struct inotify_event) char
		block[16 * (sizeof(struct inotify_event) + NAME_MAX + 1)];
	ssize_t n;

	while ((n = read(events->inotify_fd, block, sizeof(block))) > 0) {
		const char *p = block;

		while (p < block + n) {
			const struct inotify_event *event = (const void *)p;

			take_inotify_event(event, ret);
			p += sizeof(*event) + event->len;
		}
	}
}

/* Which record it was does not matter: all that are not locked are dead. */
static void take_open(struct events *events, struct happened *ret)
{
	char block[16 * (sizeof(struct inotify_event) + NAME_MAX + 1)];

	while (read(events->open_fd, block, sizeof(block)) > 0)
		ret->open = true;
}

void events_take(struct events *events, struct happened *ret)
{
	take_signals(events, ret);
	if (events->open_fd >= 0)
		take_open(events, ret);
	if (events->inotify_fd >= 0)
		take_inotify(events, ret);
}

static int poll_timeout(uint64_t until)
{
	uint64_t now = clock_ms();

	if (until == TIME_NEVER)
		return -1;
	if (until <= now)
		return 0;
	return until - now > INT_MAX ? INT_MAX : (int)(until - now);
}

void events_wait(struct events *events, bool watch_spool, uint64_t until,
		 struct happened *ret)
{
	bool blind = watch_spool && events->inotify_fd < 0;
	struct pollfd fds[] = {
		{ .fd = events->signal_fd, .events = POLLIN },
		/* poll passes over a negative descriptor */
		{ .fd = watch_spool ? events->inotify_fd : -1,
		  .events = POLLIN },
		{ .fd = events->open_fd, .events = POLLIN },
	};

	if (blind || events->blind)
		until = time_earlier(until, clock_ms() + BLIND_PAUSE_MS);
	if (poll(fds, 3, poll_timeout(until)) < 0 && errno != EINTR)
		return;
	ret->spool |= blind;
	ret->open |= events->blind;
	take_signals(events, ret);
	if (fds[1].revents)
		take_inotify(events, ret);
	if (fds[2].revents)
		take_open(events, ret);
}
