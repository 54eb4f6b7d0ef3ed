/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Closes the spans of steps that ended without a word; see orphans.h. */
#include "config.h"

#include "orphans.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "orphans_private.h"
#include "spool/file.h"
#include "util/cleanup.h"
#include "util/clock.h"

/* The kernel tells of a close an instant before it lets the lock go, and it
 * tells of a whole killed job one step after the other. */
#define SETTLE_MS 100
#define SETTLE_AGAIN_MS 1000
/* After the spool could not take a span, or open/ not be read. */
#define TROUBLE_PAUSE_MS 30000

static uint64_t mtime_ns(int dir_fd, const char *name)
{
	struct stat st;

	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    st.st_mtim.tv_sec < 0)
		return 0;
	return (uint64_t)st.st_mtim.tv_sec * NS_PER_SECOND +
	       (uint64_t)st.st_mtim.tv_nsec;
}

struct orphans *orphans_create(int spool_fd, struct err *err)
{
	struct orphans *orphans = calloc(1, sizeof(*orphans));
	struct err trouble;

	if (!orphans) {
		errno = ENOMEM;
		err_set(err, "no memory");
		return NULL;
	}
	orphans->spool_fd = spool_fd;
	orphans->look_at = TIME_NEVER;
	boot_id_read(orphans->boot_id);
	/* an agent that moved it would have closed a step that was dead */
	orphans->alive_ns = mtime_ns(spool_fd, SPOOL_CURSOR);
	orphans->dir_fd = open_dir(spool_fd, &trouble);
	if (orphans->dir_fd < 0)
		log_say(LOG_LEVEL_WARNING,
			"%s; the spans of steps that are killed will be lost",
			trouble.msg);
	return orphans;
}

void orphans_destroy(struct orphans *orphans)
{
	int saved = errno;

	if (!orphans)
		return;
	cleanup_closep(&orphans->dir_fd);
	buf_free(&orphans->record);
	buf_free(&orphans->span);
	free(orphans);
	errno = saved;
}

int orphans_directory(const struct orphans *orphans)
{
	return orphans->dir_fd;
}

uint64_t orphans_closed(const struct orphans *orphans)
{
	return orphans->closed;
}

uint64_t orphans_damaged(const struct orphans *orphans)
{
	return orphans->damaged;
}

void orphans_aim(struct orphans *orphans, const struct config *config)
{
	orphans->config = config;
	orphans->look_at = 0;
}

void orphans_notice(struct orphans *orphans, uint64_t now)
{
	orphans->seen_ns = clock_unix_ns();
	orphans->look_at = time_earlier(orphans->look_at, now + SETTLE_MS);
	orphans->look_again = true;
}

/* ---- all of them ------------------------------------------------------- */

static DIR *list(int dir_fd)
{
	/* opened anew: a duplicate would share its position with others */
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir)
		cleanup_closep(&fd);
	return dir;
}

static void look_at_all(struct orphans *orphans, struct look *look)
{
	DIR *dir = list(orphans->dir_fd);
	struct dirent *entry;

	if (!dir) {
		look->failed = true;
		log_cause_say(&orphans->trouble, LOG_LEVEL_ERROR,
			      "list " OPEN_DIR " in the spool: %m");
		return;
	}
	while (!look->over && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			orphans_look_at(orphans, entry->d_name, look);
	closedir(dir);
}

/* When to look next. */
static void plan(struct orphans *orphans, const struct look *look, uint64_t now)
{
	if (look->more) {
		orphans->look_at = now;
		return;
	}
	/* of use to the first look alone: since then we watch ourselves */
	orphans->alive_ns = 0;
	if (!look->failed)
		log_cause_over(&orphans->trouble,
			       OPEN_DIR " in the spool is in order again");
	orphans->look_at = look->failed ? now + TROUBLE_PAUSE_MS : TIME_NEVER;
	if (orphans->look_again)
		orphans->look_at =
			time_earlier(orphans->look_at, now + SETTLE_AGAIN_MS);
	else if (!look->failed)
		orphans->seen_ns = 0;
	orphans->look_again = false;
}

uint64_t orphans_step(struct orphans *orphans, uint64_t now)
{
	struct look look = { 0 };

	if (orphans->dir_fd < 0)
		return TIME_NEVER;
	if (now < orphans->look_at)
		return orphans->look_at;
	look_at_all(orphans, &look);
	orphans->closed += look.closed;
	if (look.closed)
		log_say(LOG_LEVEL_WARNING,
			"%u steps ended without a word; their spans are closed "
			"as lost",
			look.closed);
	plan(orphans, &look, now);
	return orphans->dir_fd < 0 ? TIME_NEVER : orphans->look_at;
}
