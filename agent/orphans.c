/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Closes the spans of steps that ended without a word; see orphans.h. */
#include "config.h"

#include "orphans.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"
#include "span/limits.h"
#include "span/lost.h"
#include "spool/file.h"
#include "spool/spool.h"
#include "util/cleanup.h"
#include "util/clock.h"

/* The kernel tells of a close an instant before it lets the lock go, and it
 * tells of a whole killed job one step after the other. */
#define SETTLE_MS 100
#define SETTLE_AGAIN_MS 1000
/* After the spool could not take a span, or open/ not be read. */
#define TROUBLE_PAUSE_MS 30000
/* In one go; then signals and spans have their turn. */
#define CLOSED_MAX 256

struct orphans {
	int spool_fd;
	int dir_fd; /* -1: there is no open/ */
	const struct config *config;
	uint8_t boot_id[BOOT_ID_SIZE];
	uint64_t alive_ns; /* when the agent before us last did something */
	uint64_t seen_ns;  /* the last death we were told of */
	uint64_t look_at;
	bool look_again; /* SETTLE_AGAIN_MS after that */
	uint64_t closed, damaged;
	struct buf record, span; /* reused */
	struct log_cause trouble;
	bool said_damaged;
};

struct look {
	unsigned closed;
	bool over;   /* no further record in this go */
	bool more;   /* because CLOSED_MAX was reached */
	bool failed; /* something stays that should go */
};

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

/* ---- one record -------------------------------------------------------- */

static uint64_t boot_time_ns(uint64_t now_ns)
{
	struct timespec up;
	uint64_t up_ns;

	clock_gettime(CLOCK_BOOTTIME, &up);
	up_ns = (uint64_t)up.tv_sec * NS_PER_SECOND + (uint64_t)up.tv_nsec;
	return up_ns < now_ns ? now_ns - up_ns : 0;
}

static bool is_other_boot(const struct orphans *orphans,
			  const struct open_orphan *orphan)
{
	static const uint8_t unknown[BOOT_ID_SIZE];

	return memcmp(orphan->boot_id, orphans->boot_id, BOOT_ID_SIZE) &&
	       memcmp(orphan->boot_id, unknown, BOOT_ID_SIZE) &&
	       memcmp(orphans->boot_id, unknown, BOOT_ID_SIZE);
}

/* Makes orphans->span of it.  Returns 0, or -1 with err, errno kept: ENOMEM, or
 * EINVAL for what is no beginning of a span. */
static int end_span(struct orphans *orphans, const struct open_orphan *orphan,
		    struct err *err)
{
	const struct span_limits limits = span_limits_of(orphans->config);
	uint64_t now_ns = clock_unix_ns();
	const struct orphan_times times = {
		.other_boot = is_other_boot(orphans, orphan),
		.touched_ns = orphan->touched_ns,
		.alive_ns = orphans->alive_ns,
		.seen_ns = orphans->seen_ns,
		.boot_ns = boot_time_ns(now_ns),
		.now_ns = now_ns,
	};
	const char *message = times.other_boot
				      ? "the node went down"
				      : "slurmstepd was killed or crashed";

	buf_clear(&orphans->span);
	if (span_end_lost(orphan->span, orphan->len, &limits,
			  orphan_end(&times), message, &orphans->span, err) < 0)
		return -1;
	if (orphans->span.len <= SPOOL_PAYLOAD_MAX)
		return 0;
	errno = EINVAL;
	return err_set(err, "too large for the spool");
}

static void remove_bad(struct orphans *orphans, const char *name,
		       const char *why, struct look *look)
{
	struct err err;

	if (open_remove(orphans->dir_fd, name, &err) < 0) {
		look->failed = true;
		log_cause_say(&orphans->trouble, LOG_LEVEL_ERROR, "%s",
			      err.msg);
		return;
	}
	orphans->damaged++;
	log_say(orphans->said_damaged ? LOG_LEVEL_DEBUG : LOG_LEVEL_WARNING,
		"a record of a running step in " OPEN_DIR " was %s: removed; "
		"the step has no span unless it ends by itself%s",
		why, orphans->said_damaged ? "" : "; more are only counted");
	orphans->said_damaged = true;
}

static int append(struct orphans *orphans, uint32_t job_id, struct err *err)
{
	const struct spool_options options = {
		.max_size = orphans->config->spool_max_size,
		.sync = orphans->config->spool_sync,
		.kept = true,
	};

	return spool_append(orphans->spool_fd, &options, SPOOL_SPAN, job_id,
			    orphans->span.data, orphans->span.len, err);
}

/* It would be appended again and again. */
static void give_up(struct orphans *orphans, const struct err *err)
{
	log_say(LOG_LEVEL_ERROR,
		"%s; until the agent starts anew, spans of steps that are "
		"killed stay in " OPEN_DIR,
		err->msg);
	cleanup_closep(&orphans->dir_fd);
	orphans->dir_fd = -1;
}

static void close_orphan(struct orphans *orphans, const char *name,
			 const struct open_orphan *orphan, struct look *look)
{
	struct err err;
	int rc = end_span(orphans, orphan, &err);

	if (rc < 0 && errno == EINVAL) {
		remove_bad(orphans, name, err.msg, look);
		return;
	}
	if (rc < 0 || append(orphans, orphan->job_id, &err) < 0) {
		look->failed = look->over = true;
		log_cause_say(&orphans->trouble, LOG_LEVEL_ERROR,
			      "%s; spans of lost steps stay in " OPEN_DIR,
			      err.msg);
		return;
	}
	/* in this order: a crash in between repeats a span and loses none */
	look->closed++;
	look->over = look->more = look->closed == CLOSED_MAX;
	log_say(LOG_LEVEL_DEBUG,
		"job %" PRIu32 ": a step ended without a word: closed as lost",
		orphan->job_id);
	if (open_remove(orphans->dir_fd, name, &err) == 0)
		return;
	look->over = true;
	give_up(orphans, &err);
}

static void look_at(struct orphans *orphans, const char *name,
		    struct look *look)
{
	struct open_orphan orphan;
	struct err err;

	switch (open_record_look(orphans->dir_fd, name, &orphans->record,
				 &orphan, &err)) {
	case OPEN_ORPHAN:
		close_orphan(orphans, name, &orphan, look);
		break;
	case OPEN_BAD:
		remove_bad(orphans, name, err.msg, look);
		break;
	case OPEN_STALE:
		open_remove(orphans->dir_fd, name, NULL);
		break;
	case -1:
		look->failed = true;
		log_cause_say(&orphans->trouble, LOG_LEVEL_ERROR, "%s",
			      err.msg);
		break;
	default:
		break;
	}
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
			look_at(orphans, entry->d_name, look);
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
